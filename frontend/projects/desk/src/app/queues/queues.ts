import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatAnchor, MatButton } from '@angular/material/button';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { filter, map, startWith } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import type { Queue } from '../contract/queues';
import { formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { KnownQueues } from './known-queues';

/** Every queue with its main figures; one of them opens beside the list. */
@Component({
  selector: 'ovoz-queues',
  imports: [Icon, MatAnchor, MatButton, RouterLink, RouterOutlet, TranslocoDirective],
  template: `
    <div class="split" *transloco="let t">
      <main class="list" data-testid="queues">
        <div class="head">
          <label class="check"><input #box type="checkbox" [checked]="archived()" (change)="archived.set(box.checked)" data-testid="queues-archived"><span>{{ t('queues.show_archived') }}</span></label>
          @if (mayManage) { <a matButton="filled" class="push" routerLink="/settings/queues/new" data-testid="queue-new"><svg ovozIcon="plus"></svg>{{ t('queues.new') }}</a> }
        </div>
        <div class="scroll col">
          <table class="table">
            <thead><tr><th scope="col" class="name-col">{{ t('queues.name') }}</th><th scope="col">{{ t('queues.hours') }}</th><th scope="col" class="num">{{ t('queues.target') }}</th><th scope="col" class="num">{{ t('queues.members') }}</th></tr></thead>
            <tbody>
              @for (queue of shown(); track queue.id) {
                <tr class="row-link" data-testid="queue-row" [attr.data-code]="queue.code" [class.open]="queue.id === openId()">
                  <td class="who"><a class="stack" [routerLink]="['/settings/queues', queue.id]" [attr.aria-current]="queue.id === openId() ? 'true' : null"><span class="cut strong">{{ queue.settings.name }}</span><span class="small muted cut">{{ queue.code }}@if (queue.archived) { · {{ t('skills.archived') }} }</span></a></td>
                  <td><span class="two" [class.t-success]="queue.open_now">{{ openWords(queue) }}</span></td>
                  <td class="num">{{ t('queues.seconds', { n: queue.settings.target_s }) }}</td>
                  <td class="num">{{ queue.settings.members.length }}</td>
                </tr>
              }
              @if (!known.all() && !known.problem()) { @for (bone of bones; track $index) { <tr><td><span class="bone long"></span></td><td><span class="bone long"></span></td><td></td><td></td></tr> } }
            </tbody>
          </table>
          @if (known.problem(); as problem) {
            <div class="notice notice-danger" role="alert"><svg ovozIcon="alert"></svg><span><b class="strong">{{ t('queues.failed') }}.</b> {{ text.of(problem) }}</span><button matButton="outlined" class="btn-s" type="button" (click)="known.load()" data-testid="queues-retry">{{ t('action.retry') }}</button></div>
          } @else if (known.all() && shown().length === 0) {
            <div class="empty" data-testid="queues-empty"><span class="empty-i"><svg ovozIcon="list" class="i-l"></svg></span><h2 class="h-part">{{ t('queues.no_queues') }}</h2><p class="soft">{{ t('queues.none_more') }}</p></div>
          }
        </div>
      </main>
      <aside class="details col" [attr.aria-label]="t('queues.one')">
        <router-outlet />
        @if (!openId()) { <div class="empty pick"><span class="empty-i"><svg ovozIcon="list" class="i-l"></svg></span><h2 class="h-part">{{ t('queues.pick') }}</h2><p class="soft">{{ t('queues.pick_more') }}</p></div> }
      </aside>
    </div>
  `,
  styleUrls: ['../settings/split.css'],
  styles: '.split { grid-template-columns: minmax(0, 1fr) minmax(0, 1.35fr); } .name-col { width: 44%; }',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Queues {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly router = inject(Router);
  protected readonly known = inject(KnownQueues);
  protected readonly text = inject(ProblemText);
  protected readonly mayManage = inject(SessionStore).may('queues.manage');
  protected readonly bones = Array.from({ length: 6 });
  protected readonly archived = signal(false);
  protected readonly shown = computed(() => (this.known.all() ?? []).filter(queue => this.archived() || !queue.archived));
  protected readonly openId = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      startWith(null),
      map(() => /\/settings\/queues\/([^/?]+)/.exec(this.router.url)?.[1] ?? null),
    ),
  );

  constructor() {
    void this.known.load();
  }

  protected openWords({ open_now, changes_at }: Queue): string {
    const key = open_now ? 'queues.open' : 'queues.closed';
    if (!changes_at) return this.language.text(open_now ? 'queues.always' : 'queues.closed');
    return this.language.text(`${key}_until`, { when: formatWhen(changes_at, this.language.locale(), this.clock.now()) });
  }
}
