import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';

export interface Question {
  title: string;
  /** What follows, one sentence a line. */
  follows: string[];
  action: string;
  /** Null where it cannot be done now: `follows` says what has to come first. */
  act: (() => Promise<unknown>) | null;
}

/** Asks before something that others will feel; says what follows. It closes with `true` once it is done. */
@Component({
  selector: 'ovoz-confirm',
  imports: [Icon, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="confirm">
      <header class="dialog-head"><h2 mat-dialog-title class="grow">{{ question.title }}</h2></header>
      <div class="dialog-body">
        <ul>@for (line of question.follows; track line) { <li class="row"><svg ovozIcon="right" class="muted"></svg><span>{{ line }}</span></li> }</ul>
        @if (problem(); as problem) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
      </div>
      <footer class="dialog-foot">
        @if (question.act) {
        <button matButton="outlined" type="button" mat-dialog-close>{{ t('action.cancel') }}</button>
        <button matButton="filled" type="button" class="danger" [disabled]="busy()" (click)="act()" data-testid="confirm-act">{{ question.action }}</button>
        } @else { <button matButton="outlined" type="button" mat-dialog-close>{{ t('action.close') }}</button> }
      </footer>
    </div>
  `,
  styles: `
    ul { display: grid; gap: var(--ovoz-space-2); padding-block-end: var(--ovoz-space-2); }
    li { align-items: flex-start; } li .i { margin-block-start: 1px; }
    .danger { --mat-button-filled-container-color: var(--ovoz-hangup); --mat-button-filled-label-text-color: var(--ovoz-on-hangup); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Confirm {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<Confirm, boolean>>(MatDialogRef);
  protected readonly text = inject(ProblemText);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);

  protected async act(): Promise<void> {
    if (!this.question.act) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      await this.question.act();
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
