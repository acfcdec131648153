import { ChangeDetectionStrategy, Component, computed, effect, inject, input, output, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { RevealSubject } from '../contract/reveals';
import { formatTime } from '../language/dates';
import { kindsOf, offerKey, type PersonalValues } from './masked';
import { Reveals } from './reveals';

/** Offers to show what is masked, and says until when it is clear. `revealed`: read it again, also when the time is over. */
@Component({
  selector: 'ovoz-reveal',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (until(); as until) {
        <span class="chip chip-info" role="status" data-testid="reveal-until"><svg ovozIcon="eye"></svg>{{ t('reveal.until', { time: time(until) }) }}</span>
      } @else if (offer(); as offer) {
        <button type="button" class="link" (click)="ask()" data-testid="reveal"><svg ovozIcon="eye"></svg>{{ t(offer) }}</button>
      }
    </ng-container>
  `,
  styles: `:host { display: contents; } .link { display: inline-flex; align-items: center; gap: var(--ovoz-space-1); min-height: var(--ovoz-target-min); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RevealButton {
  private readonly dialog = inject(MatDialog);
  private readonly reveals = inject(Reveals);

  readonly subject = input.required<RevealSubject>();
  readonly id = input.required<string>();
  /** By kind, as they are shown now. */
  readonly values = input.required<PersonalValues>();
  readonly revealed = output();

  protected readonly until = computed(() => this.reveals.until(this.subject(), this.id()));
  protected readonly offer = computed(() => (this.reveals.mayReveal() ? offerKey(this.values()) : null));
  protected readonly time = formatTime;
  private wasClear = false;

  constructor() {
    void this.reveals.load();
    // When the time is over, what was clear has to go from the page.
    effect(() => {
      const clear = this.until() !== null;
      if (this.wasClear && !clear) untracked(() => this.revealed.emit());
      this.wasClear = clear;
    });
  }

  protected async ask(): Promise<void> {
    const { RevealDialog } = await import('./reveal-dialog');
    const data = { kind: this.subject(), id: this.id(), kinds: kindsOf(this.values()) };
    this.dialog
      .open(RevealDialog, { width: '32rem', maxWidth: '92vw', data })
      .afterClosed()
      .subscribe(done => {
        if (done) this.revealed.emit();
      });
  }
}
