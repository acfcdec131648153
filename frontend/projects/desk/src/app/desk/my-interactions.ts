import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import { formatTime } from '../language/dates';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';
import { channelIcon, INTERACTION_STATE_LOOK } from './agent-state-look';
import { MyPast } from './my-past';
import { ReferenceData } from './reference-data';

@Component({
  selector: 'ovoz-my-interactions',
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    <nav class="mine" *transloco="let t" [attr.aria-label]="t('mine.title')">
      <div class="mine-head"><h2>{{ t('mine.in_work') }}</h2><span class="small muted">{{ t('mine.capacity', { n: live.interaction() ? 1 : 0, all: 1 }) }}</span></div>
      @if (live.interaction(); as call) {
        <div class="ix" aria-current="true">
          <svg [ovozIcon]="icon(call.channel, call.direction)" class="c-voice"></svg>
          <span class="name cut">{{ call.caller.name || phone(call.caller.number) || t(call.direction === 'internal' ? 'direction.internal' : 'caller.hidden') }}</span>
          <span class="when">{{ timer() }}</span>
          <span class="aux cut">{{ call.queue.name }}</span>
          <span class="aux row row-tight state" [class]="look().look"><svg [ovozIcon]="look().icon" class="i-s"></svg>{{ t('mine.state.' + call.state) }}</span>
        </div>
      } @else {
        <div class="slot"><svg ovozIcon="phone"></svg><span>{{ t('mine.free') }}</span></div>
      }
      <div class="mine-head"><h2>{{ t('mine.done_today') }}</h2>@if (past.loaded()) { <span class="small muted">{{ past.today().length }}</span> }</div>
      @if (!past.loaded() && !past.problem()) {
        @for (bone of [1, 2, 3]; track bone) { <div class="ix ix-done"><span class="i bone"></span><span class="bone long"></span><span class="bone short"></span><span class="aux"><span class="bone mid"></span></span></div> }
      }
      @if (past.problem() && !past.loaded()) {
        <p class="quiet small t-warn row row-tight"><svg ovozIcon="alert" class="i-s"></svg>{{ t('mine.failed') }}</p>
        <button type="button" class="link quiet" (click)="past.read()">{{ t('action.retry') }}</button>
      }
      @for (item of recent(); track item.id) {
        <a class="ix ix-done" [routerLink]="['/history', item.id]">
          <svg [ovozIcon]="icon(item.channel, item.direction)" class="c-voice"></svg>
          <span class="name cut">{{ item.caller.name || phone(item.caller.number) || t(item.direction === 'internal' ? 'direction.internal' : 'caller.hidden') }}</span>
          <span class="when">{{ time(item.started_at) }}</span>
          <span class="aux cut">{{ item.queue?.name }}@if (item.disposition) { · {{ reference.dispositionName(item.disposition) }}}</span>
        </a>
      } @empty {
        @if (past.loaded()) { <p class="quiet small muted">{{ t('mine.none_yet') }}</p> }
      }
      @if (past.today().length > 0) { <a routerLink="/history" class="link quiet">{{ t('mine.all') }}</a> }
    </nav>
  `,
  styles: `
    .mine { padding: var(--ovoz-space-3) var(--ovoz-space-2); display: flex; flex-direction: column; gap: 2px; }
    .mine-head { display: flex; align-items: center; justify-content: space-between; padding: 0 var(--ovoz-space-2) var(--ovoz-space-1); min-height: 1.5rem; }
    .mine-head:not(:first-child) { margin-block-start: var(--ovoz-space-3); }
    .mine-head h2 { font: var(--mat-sys-label-medium); font-weight: 600; color: var(--mat-sys-on-surface-variant); }
    .slot { display: flex; align-items: center; gap: var(--ovoz-space-2); padding: 10px var(--ovoz-space-2); border: 1px dashed var(--ovoz-hairline); border-radius: var(--mat-sys-corner-small); font: var(--mat-sys-body-small); color: var(--ovoz-text-muted); }
    .state.state { color: var(--s); font-weight: 500; margin-block-start: 1px; }
    .state .i { stroke-width: 1.75; }
    .quiet { padding-inline: var(--ovoz-space-2); align-self: flex-start; }
    .bone.i { border-radius: 50%; } .bone.long { width: 70%; } .bone.short { width: 2rem; } .bone.mid { width: 55%; }
    @media (min-width: 100em) { .mine { padding: var(--ovoz-space-4) var(--ovoz-space-3); } }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MyInteractions {
  private readonly clock = inject(ServerClock);
  protected readonly live = inject(Live);
  protected readonly past = inject(MyPast);
  protected readonly reference = inject(ReferenceData);

  protected readonly recent = computed(() => this.past.today().slice(0, 12));
  protected readonly look = computed(() => INTERACTION_STATE_LOOK[this.live.interaction()?.state ?? 'announced']);
  protected readonly timer = computed(() => {
    const call = this.live.interaction();
    return call ? this.clock.callTimer(call) : '';
  });
  protected readonly icon = channelIcon;
  protected readonly phone = formatPhoneNumber;
  protected readonly time = formatTime;
}
