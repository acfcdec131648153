import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Role, RoleDifference } from '../contract/rights';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { GrantText } from './grant-text';
import { draftFault, type RoleDraft } from './role-draft';
import { RolesApi } from './roles-api';

const QUIET_MS = 400;

/** Who would gain and who would lose what, told by the platform while the role is being edited. */
@Component({
  selector: 'ovoz-role-effect',
  imports: [Icon, MatButton, RouterLink, TranslocoDirective],
  template: `
    <section *transloco="let t" data-testid="role-effect" aria-live="polite">
      <h3 class="h-part">{{ t('roles.effect') }}</h3>
      @if (!editable()) { <p class="small soft">{{ t(role()?.shipped ? 'roles.effect_shipped' : 'roles.effect_read') }}</p> }
      @else if (!role()) { <p class="small soft">{{ t('roles.effect_new') }}</p> }
      @else if (!changed()) { <p class="small soft">{{ t('roles.effect_none', { n: role()?.people }) }}</p> }
      @else if (problem(); as problem) { <p class="small t-danger">{{ text.of(problem) }}</p><button matButton="outlined" class="btn-s" type="button" (click)="ask()">{{ t('action.retry') }}</button> }
      @else if (difference(); as difference) {
        <p class="small" [class.soft]="difference.people.length === 0">{{ t(difference.people.length > 0 ? 'roles.effect_people' : 'roles.effect_nobody', { n: difference.people.length }) }}@if (difference.unchanged > 0) { <span class="muted"> {{ t('roles.effect_unchanged', { n: difference.unchanged }) }}</span> }</p>
        <ul class="people">
          @for (person of difference.people.slice(0, shown()); track person.id) {
            <li data-testid="effect-person"><span class="strong">{{ person.name }}</span>
              <ul>
                @for (grant of person.gained; track $index) { <li class="gained"><svg ovozIcon="plus" class="i-s"></svg><span><span class="sr">{{ t('roles.gains') }} </span>{{ words.of(grant.right, grant.conditions) }}</span></li> }
                @for (grant of person.lost; track $index) { <li class="lost"><svg ovozIcon="minus" class="i-s"></svg><span><span class="sr">{{ t('roles.loses') }} </span>{{ words.of(grant.right, grant.conditions) }}</span></li> }
              </ul>
            </li>
          }
        </ul>
        @if (difference.people.length > shown()) { <button type="button" class="link" (click)="shown.set(difference.people.length)">{{ t('roles.effect_all', { n: difference.people.length }) }}</button> }
      } @else { <p><span class="bone wide"></span></p> }
      @if (seesPeople && role(); as role) { @if (role.people > 0) { <a class="link" routerLink="/settings/people" [queryParams]="{ role: role.code }" data-testid="role-people"><svg ovozIcon="users" class="i-s"></svg>{{ t('roles.who_has', { n: role.people }) }}</a> } }
    </section>
  `,
  styles: `
    section { display: grid; gap: var(--ovoz-space-2); align-content: start; padding: var(--ovoz-space-3); }
    .people { display: grid; gap: var(--ovoz-space-3); }
    .people ul { display: grid; gap: 2px; margin-block-start: 2px; font: var(--mat-sys-body-small); }
    .people ul li { display: flex; gap: 6px; } .people .i { margin-block-start: 1px; }
    .gained .i { color: var(--ovoz-success); } .lost .i { color: var(--ovoz-danger); }
    .wide { width: 80%; }
    button, .link { justify-self: start; } .link { display: inline-flex; align-items: center; gap: 6px; white-space: normal; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RoleEffect {
  private readonly api = inject(RolesApi);
  protected readonly text = inject(ProblemText);
  protected readonly words = inject(GrantText);

  protected readonly seesPeople = inject(SessionStore).may('people.read');

  readonly role = input.required<Role | null>();
  readonly draft = input.required<RoleDraft>();
  readonly changed = input.required<boolean>();
  readonly editable = input.required<boolean>();

  protected readonly difference = signal<RoleDifference | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly shown = signal(8);
  private run = 0;

  constructor() {
    effect(onCleanup => {
      const wanted = this.editable() && this.changed() && this.role() !== null && draftFault(this.draft()) === null;
      const timer = wanted ? setTimeout(() => untracked(() => void this.ask()), QUIET_MS) : undefined;
      onCleanup(() => clearTimeout(timer));
      if (!this.changed()) this.difference.set(null);
    });
  }

  protected async ask(): Promise<void> {
    const role = this.role();
    if (!role) return;
    const run = ++this.run;
    this.problem.set(null);
    try {
      const difference = await this.api.preview(role.code, this.draft().grants);
      if (run === this.run) this.difference.set(difference);
    } catch (error) {
      if (run === this.run) this.problem.set(toProblem(error));
    }
  }
}
