import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { PersonalKind, RevealSubject } from '../contract/reveals';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { Reveals } from './reveals';

const REASONS = ['identify', 'call_back', 'complaint', 'request'];
const SHORTEST = 5;

export interface RevealWish {
  kind: RevealSubject;
  id: string;
  kinds: PersonalKind[];
}

/** Asks why; the answer is read by the auditor and the supervisor. It closes with `true` once the data are clear. */
@Component({
  selector: 'ovoz-reveal-dialog',
  imports: [Icon, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <form class="dialog" *transloco="let t" (submit)="reveal($event)" novalidate data-testid="reveal-dialog">
      <header class="dialog-head"><h2 mat-dialog-title class="grow">{{ t('reveal.title') }}</h2></header>
      <div class="dialog-body">
        <p>{{ t('reveal.recorded') }}</p>
        <div class="opts" role="radiogroup" [attr.aria-label]="t('reveal.quick')">
          @for (quick of reasons; track quick) { <button type="button" class="opt" role="radio" [attr.aria-checked]="reason() === t('reveal.reason.' + quick)" (click)="reason.set(t('reveal.reason.' + quick))" [attr.data-testid]="'reveal-reason-' + quick">{{ t('reveal.reason.' + quick) }}</button> }
        </div>
        <div class="field">
          <label class="label" for="reveal-reason">{{ t('reveal.why') }}</label>
          <textarea #field id="reveal-reason" class="input" rows="2" maxlength="500" [class.input-bad]="bad()" [attr.aria-invalid]="bad()" [value]="reason()" (input)="reason.set(field.value)" data-testid="reveal-reason"></textarea>
          @if (bad()) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ t('reveal.need_reason') }}</p> }
          @if (problem(); as problem) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
        </div>
      </div>
      <footer class="dialog-foot">
        <button matButton="outlined" type="button" mat-dialog-close>{{ t('action.cancel') }}</button>
        <button matButton="filled" type="submit" [disabled]="busy()" data-testid="reveal-submit"><svg ovozIcon="eye"></svg>{{ t('reveal.show') }}</button>
      </footer>
    </form>
  `,
  styles: `.dialog-body { display: grid; gap: var(--ovoz-space-3); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RevealDialog {
  private readonly wish = inject<RevealWish>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<RevealDialog, boolean>>(MatDialogRef);
  private readonly reveals = inject(Reveals);
  protected readonly text = inject(ProblemText);

  protected readonly reasons = REASONS;
  protected readonly reason = signal('');
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly bad = computed(() => this.tried() && this.reason().trim().length < SHORTEST);

  protected async reveal(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.problem.set(null);
    if (this.bad() || this.busy()) return;
    this.busy.set(true);
    try {
      await this.reveals.reveal(this.wish.kind, this.wish.id, this.wish.kinds, this.reason().trim());
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
