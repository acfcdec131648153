import { ChangeDetectionStrategy, Component, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { Teams } from './teams';

const NEW = 'new';

/** The team of a person; one that is not there yet is made here. */
@Component({
  selector: 'ovoz-team-choice',
  imports: [MatButton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (naming()) {
        <div class="row">
          <input #name class="input" type="text" maxlength="80" [attr.aria-label]="t('people.new_team_name')" [placeholder]="t('people.new_team_name')" (keydown.enter)="add(name.value); $event.preventDefault()" (keydown.escape)="naming.set(false); $event.stopPropagation()" data-testid="team-name">
          <button matButton="outlined" type="button" [disabled]="busy()" (click)="add(name.value)" data-testid="team-add">{{ t('people.add_team') }}</button>
          <button matButton type="button" (click)="naming.set(false)">{{ t('action.cancel') }}</button>
        </div>
        @if (problem(); as problem) { <p class="field-error" role="alert">{{ text.of(problem) }}</p> }
      } @else {
        <select #field class="input" [id]="fieldId()" [disabled]="disabled()" (change)="choose(field.value)" data-testid="person-team">
          <option value="" [selected]="!chosen()">{{ t('people.no_team') }}</option>
          @for (team of teams.all(); track team.id) { <option [value]="team.id" [selected]="chosen() === team.id">{{ team.name }}</option> }
          <option value="new">{{ t('people.new_team') }}</option>
        </select>
      }
    </ng-container>
  `,
  styles: `:host { display: grid; gap: var(--ovoz-space-1); min-width: 0; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TeamChoice {
  protected readonly teams = inject(Teams);
  protected readonly text = inject(ProblemText);

  readonly chosen = input.required<string | null>();
  readonly fieldId = input.required<string>();
  readonly disabled = input(false);
  readonly chosenChange = output<string | null>();

  protected readonly naming = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);

  protected choose(value: string): void {
    if (value === NEW) this.naming.set(true);
    else this.chosenChange.emit(value || null);
  }

  protected async add(name: string): Promise<void> {
    if (!name.trim() || this.busy()) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      const team = await this.teams.add(name.trim());
      this.naming.set(false);
      this.chosenChange.emit(team.id);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
