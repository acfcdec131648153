import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { PersonRights as Rights, RightOfPerson } from '../contract/people';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { GrantText } from '../roles/grant-text';
import { inGroups } from '../roles/grant-words';
import { RoleNames } from '../roles/role-names';
import { PeopleApi } from './people-api';
import { type Reason, reasonsOf } from './rights-reasons';

/** What this person may do, and why: a sentence a right, with the roles that give it. */
@Component({
  selector: 'ovoz-person-rights',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <section class="block" *transloco="let t" data-testid="person-rights">
      <div class="block-head"><h3>{{ t('person_rights.title') }}</h3></div>
      @if (rights(); as rights) {
        @for (group of groups(); track group.name) {
          <h4 class="label">{{ t('right_group.' + group.name) }}</h4>
          <ul>
            @for (right of group.items; track right.right) {
              <li [class.asleep]="!right.now" data-testid="person-right" [attr.data-right]="right.right">
                <svg [ovozIcon]="right.now ? 'check' : 'clock'" class="i-s" [class.t-success]="right.now"></svg>
                <span>{{ words.right(right.right) }}@for (reason of reasonsOf(right); track reason.words) {<span>@if (reason.words) {{{ $first ? ': ' : '; ' + t('person_rights.or') + ' ' }}{{ reason.words }}}<span class="muted">{{ ' — ' + rolesOf(reason.roles) }}</span></span>}@if (!right.now) {<span class="t-warn">{{ ' · ' + t('person_rights.not_now') }}</span>}</span>
              </li>
            }
          </ul>
        } @empty { <p class="small soft">{{ t('person_rights.nothing') }}</p> }
        @if (rights.missing.length > 0) {
          <details><summary class="small">{{ t('person_rights.missing', { n: rights.missing.length }) }}</summary>
            <ul>@for (right of rights.missing; track right) { <li class="muted"><svg ovozIcon="minus" class="i-s"></svg><span>{{ words.right(right) }}</span></li> }</ul>
          </details>
        }
      } @else if (problem(); as problem) {
        <div class="row"><p class="small t-danger grow">{{ text.of(problem) }}</p><button matButton="outlined" class="btn-s" type="button" (click)="read(id())">{{ t('action.retry') }}</button></div>
      } @else {
        <ul>@for (bone of [1, 2, 3, 4]; track bone) { <li><span class="bone line"></span></li> }</ul>
      }
    </section>
  `,
  styles: `
    h4 { margin-block: var(--ovoz-space-2) 2px; color: var(--ovoz-text-muted); }
    ul { display: grid; gap: 3px; padding-block-end: 2px; }
    li { display: flex; gap: 6px; font: var(--mat-sys-body-small); }
    li .i { margin-block-start: 1px; }
    .asleep { color: var(--mat-sys-on-surface-variant); }
    details { margin-block: var(--ovoz-space-2) 2px; } summary { cursor: pointer; color: var(--mat-sys-primary); padding-block: var(--ovoz-space-1); } details ul { margin-block-start: var(--ovoz-space-1); }
    .line { width: 80%; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PersonRights {
  private readonly api = inject(PeopleApi);
  private readonly language = inject(Language);
  protected readonly words = inject(GrantText);
  protected readonly roles = inject(RoleNames);
  protected readonly text = inject(ProblemText);

  readonly id = input.required<string>();
  /** Rises with every change of the person: what they may do is asked again. */
  readonly version = input.required<number>();

  protected readonly rights = signal<Rights | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly groups = computed(() => inGroups(this.rights()?.rights ?? [], right => right.right));

  constructor() {
    effect(() => {
      const id = this.id();
      this.version();
      untracked(() => void this.read(id));
    });
  }

  /** Roles that give the right under the same conditions are one reason. */
  protected reasonsOf(right: RightOfPerson): Reason[] {
    return reasonsOf(right, conditions => this.words.conditions(right.right, conditions));
  }

  protected rolesOf(codes: readonly string[]): string {
    return codes.map(code => this.language.text('person_rights.role', { role: this.roles.of(code) })).join(', ');
  }

  protected async read(id: string): Promise<void> {
    this.problem.set(null);
    try {
      const rights = await this.api.rights(id);
      if (id === this.id()) this.rights.set(rights);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }
}
