import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatAnchor, MatButton } from '@angular/material/button';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { filter, map, startWith } from 'rxjs';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { RoleNames } from './role-names';

/** Shipped roles and the operator's own; one of them opens beside the list. */
@Component({
  selector: 'ovoz-roles',
  imports: [Icon, MatAnchor, MatButton, RouterLink, RouterOutlet, TranslocoDirective],
  template: `
    <div class="roles" *transloco="let t">
      <nav class="list col" [attr.aria-label]="t('settings.roles')" data-testid="roles">
        <div class="head">
          @if (mayManage) { <a [matButton]="open() ? 'outlined' : 'filled'" routerLink="/settings/roles/new" data-testid="role-new"><svg ovozIcon="plus"></svg>{{ t('roles.new') }}</a> }
        </div>
        @for (part of parts(); track part.name) {
          <h2 class="label">{{ t('roles.' + part.name) }}</h2>
          <ul>
            @for (role of part.roles; track role.code) {
              <li><a class="ix ix-plain" [routerLink]="['/settings/roles', role.code]" [attr.aria-current]="role.code === open() ? 'true' : null" data-testid="role" [attr.data-code]="role.code">
                <span class="name">{{ names.of(role.code) }}</span><span class="when" [attr.title]="t('roles.people', { n: role.people })"><span class="row row-tight"><svg ovozIcon="user" class="i-s"></svg>{{ role.people }}<span class="sr">{{ t('roles.people_word') }}</span></span></span>
                @if (role.purpose) { <span class="aux">{{ language.nameOf(role.purpose, '') }}</span> }
              </a></li>
            } @empty { <li class="small muted none">{{ t('roles.none_own') }}</li> }
          </ul>
        }
        @if (problem(); as problem) {
          <div class="notice notice-danger" role="alert"><svg ovozIcon="alert"></svg><span><b class="strong">{{ t('roles.failed') }}.</b> {{ text.of(problem) }}</span><button matButton="outlined" class="btn-s" type="button" (click)="load()" data-testid="roles-retry">{{ t('action.retry') }}</button></div>
        } @else if (loading()) {
          <ul>@for (bone of bones; track $index) { <li class="ix ix-plain"><span class="bone name-bone"></span><span></span><span class="aux"><span class="bone text-bone"></span></span></li> }</ul>
        }
      </nav>
      <div class="open">
        <router-outlet />
        @if (!open()) { <div class="empty pick"><span class="empty-i"><svg ovozIcon="key" class="i-l"></svg></span><h2 class="h-part">{{ t('roles.pick') }}</h2><p class="soft">{{ t('roles.pick_more') }}</p></div> }
      </div>
    </div>
  `,
  styles: `
    :host { display: grid; min-height: 0; }
    .roles { display: grid; grid-template-columns: minmax(17rem, 22%) minmax(0, 1fr); min-height: 0; }
    .list { padding: 10px var(--ovoz-space-3) var(--ovoz-space-4); border-inline-end: 1px solid var(--ovoz-hairline); background: var(--ovoz-page); }
    .head { display: flex; padding-block-end: var(--ovoz-space-2); } .head:empty { display: none; }
    .list .label { padding: var(--ovoz-space-2) var(--ovoz-space-2) var(--ovoz-space-1); color: var(--ovoz-text-muted); }
    .name { overflow-wrap: anywhere; }
    .none { padding: var(--ovoz-space-1) var(--ovoz-space-2); }
    .notice { padding-block: 6px; align-items: flex-start; }
    .name-bone { width: 60%; } .text-bone { width: 90%; }
    .open { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; } .open > router-outlet { display: none; }
    .pick { justify-content: center; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Roles {
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly names = inject(RoleNames);
  protected readonly text = inject(ProblemText);

  protected readonly mayManage = this.store.may('roles.manage');
  protected readonly bones = Array.from({ length: 8 });
  protected readonly loading = signal(true);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly parts = computed(() => {
    const roles = this.names.roles();
    if (roles.length === 0) return [];
    return [{ name: 'shipped', roles: roles.filter(role => role.shipped) }, { name: 'own', roles: roles.filter(role => !role.shipped) }];
  });
  protected readonly open = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      startWith(null),
      map(() => /\/settings\/roles\/([^/?]+)/.exec(this.router.url)?.[1] ?? null),
    ),
  );

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    this.problem.set(null);
    this.loading.set(true);
    try {
      await this.names.load();
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.loading.set(false);
    }
  }
}
