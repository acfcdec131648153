import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { OvozApi } from '../contract/ovoz-api';
import { NewPassword } from '../password/new-password';
import { strengthOf } from '../password/password-rules';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';

/** Changes my password; every other session of mine ends with that. */
@Component({
  selector: 'ovoz-change-password',
  imports: [Icon, MatButton, NewPassword, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="line">
        <span class="stack grow"><span class="strong">{{ t('password.title') }}</span>
          @if (changed()) { <span class="small t-success row row-tight" role="status" data-testid="password-changed"><svg ovozIcon="check" class="i-s"></svg>{{ t('password.changed') }}</span> } @else { <span class="small muted">{{ t('password.more') }}</span> }</span>
        @if (!open()) { <button matButton="outlined" type="button" (click)="begin()" data-testid="password-open"><svg ovozIcon="key"></svg>{{ t('password.change') }}</button> }
      </div>
      @if (open()) {
        <form (submit)="change($event)" novalidate data-testid="password-form">
          <input class="sr" type="email" name="email" autocomplete="username" tabindex="-1" aria-hidden="true" readonly [value]="store.session()?.user?.email">
          <div class="field"><label class="label" for="current-password">{{ t('password.current') }}</label>
            <input #field id="current-password" class="input" type="password" autocomplete="current-password" maxlength="200" [class.input-bad]="badCurrent()" [attr.aria-invalid]="badCurrent()" [value]="current()" (input)="current.set(field.value)" data-testid="current-password"></div>
          <ovoz-new-password [(password)]="next" [ownWords]="ownWords()" [tried]="tried()" />
          @if (problem(); as problem) { <p class="field-error" role="alert" data-testid="password-problem"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
          @else if (badCurrent()) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ t('password.need_current') }}</p> }
          <div class="row"><button matButton="filled" type="submit" [disabled]="busy()" data-testid="password-submit">{{ t('password.submit') }}</button><button matButton type="button" (click)="open.set(false)">{{ t('action.cancel') }}</button></div>
        </form>
      }
    </ng-container>
  `,
  styles: `
    .line { display: flex; align-items: center; gap: var(--ovoz-space-4); padding-block: var(--ovoz-space-3); }
    form { display: grid; gap: var(--ovoz-space-3); max-width: 26rem; padding-block-end: var(--ovoz-space-3); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ChangePassword {
  private readonly api = inject(OvozApi);
  protected readonly store = inject(SessionStore);
  protected readonly text = inject(ProblemText);

  readonly done = output();

  protected readonly open = signal(false);
  protected readonly changed = signal(false);
  protected readonly current = signal('');
  protected readonly next = signal('');
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly badCurrent = computed(() => this.problem()?.slug === 'password-wrong' || (this.tried() && !this.current()));
  protected readonly ownWords = computed(() => {
    const session = this.store.session();
    return session ? [session.user.name, session.user.email, session.tenant.name] : [];
  });

  protected begin(): void {
    for (const field of [this.current, this.next]) field.set('');
    this.tried.set(false);
    this.changed.set(false);
    this.problem.set(null);
    this.open.set(true);
  }

  protected async change(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.problem.set(null);
    if (this.busy() || !this.current() || strengthOf(this.next(), this.ownWords()) === 0) return;
    this.busy.set(true);
    try {
      await this.api.changePassword(this.current(), this.next());
      this.open.set(false);
      this.changed.set(true);
      this.done.emit();
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
