import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Invited } from '../contract/people';
import { formatDay, formatTime } from '../language/dates';
import { Language } from '../language/language';

/** The one-time link of an invitation: shown now, and never again. */
@Component({
  selector: 'ovoz-invitation-link',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <section *transloco="let t" data-testid="invitation-link">
      <p>{{ t('invite.give_link', { name: invited().person.name }) }}</p>
      <div class="row">
        <input #field class="input link-field" type="text" readonly [value]="link()" [attr.aria-label]="t('invite.link')" (focus)="field.select()" data-testid="invitation-link-text">
        <button matButton="filled" type="button" (click)="copy(field)" data-testid="invitation-copy"><svg [ovozIcon]="copied() ? 'check' : 'copy'"></svg>{{ t(copied() ? 'invite.copied' : 'invite.copy') }}</button>
      </div>
      <p class="notice notice-warn"><svg ovozIcon="clock"></svg><span>{{ t('invite.once', { until: until() }) }}</span></p>
      <p class="sr" role="status">{{ copied() ? t('invite.copied') : '' }}</p>
    </section>
  `,
  styles: `section { display: grid; gap: var(--ovoz-space-3); } .notice { padding-block: var(--ovoz-space-2); padding-inline-end: var(--ovoz-space-3); } .link-field { flex: 1; min-width: 0; text-overflow: ellipsis; } button { flex: none; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class InvitationLink {
  private readonly language = inject(Language);

  readonly invited = input.required<Invited>();
  protected readonly copied = signal(false);
  protected readonly link = computed(() => new URL(this.invited().link, location.origin).href);
  protected readonly until = computed(() => `${formatDay(this.invited().expires_at, this.language.locale())}, ${formatTime(this.invited().expires_at)}`);

  protected async copy(field: HTMLInputElement): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.link());
    } catch {
      // Without the permission the text is marked: Ctrl+C takes it.
      field.focus();
      field.select();
      return;
    }
    this.copied.set(true);
  }
}
