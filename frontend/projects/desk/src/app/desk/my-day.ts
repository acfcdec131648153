import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { QueueFigures } from '../contract/contract';
import { formatDay, formatTime } from '../language/dates';
import { Language } from '../language/language';
import { Live } from '../live/live';
import { DeskView } from '../shell/desk-view';
import { AGENT_STATE_LOOK } from './agent-state-look';
import { type DayBar, dayRibbon, timeInStates } from './day-figures';
import { DeskCommands } from './desk-commands';
import { MyTeam } from './my-team';
import { OwnDay } from './own-day';
import { ReferenceData } from './reference-data';

/** The middle column between calls: what my state means, my day, the queues. */
@Component({
  selector: 'ovoz-my-day',
  imports: [Icon, MatButton, MatTooltip, MyTeam, TranslocoDirective],
  templateUrl: './my-day.html',
  styleUrl: './my-day.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MyDay {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly view = inject(DeskView);
  private readonly reference = inject(ReferenceData);
  protected readonly live = inject(Live);
  protected readonly commands = inject(DeskCommands);
  protected readonly own = inject(OwnDay);
  protected readonly looks = AGENT_STATE_LOOK;

  protected readonly state = computed(() => this.live.agent()?.state ?? null);
  protected readonly today = computed(() => `${formatDay(this.clock.now(), this.language.locale())}, ${formatTime(this.clock.now())}`);
  private readonly minute = computed(() => Math.floor(this.clock.now() / 60_000) * 60_000);
  protected readonly ribbon = computed(() => {
    const day = this.own.day();
    return day && dayRibbon(day, Math.max(this.minute(), Date.parse(day.at)));
  });
  protected readonly times = computed(() => {
    const day = this.own.day();
    return day ? timeInStates(day, this.clock.now()) : [];
  });
  protected readonly bones = [1, 2, 3, 4, 5, 6];
  protected readonly figures = computed(() => {
    const day = this.own.day();
    if (!day) return [];
    const time = (name: string, seconds: number | null) => ({ name, value: this.duration(seconds), more: this.language.text('unit.min_s') });
    return [
      { name: 'handled', value: String(day.handled), more: this.language.text('day.missed', { n: day.missed }) },
      time('aht', day.aht_s), time('talk', day.average_talk_s), time('wrap', day.average_wrap_up_s), time('hold', day.average_hold_s),
      { name: 'occupancy', value: day.occupancy === null ? '—' : `${(100 * day.occupancy).toFixed(0)} %`, more: this.language.text('day.occupancy_base') },
    ];
  });
  protected readonly reason = computed(() => this.live.agent()?.reason ?? null);
  protected readonly breakReason = computed(() => {
    const code = this.state() === 'break' ? this.reason() : null;
    return this.reference.breakReasons().find(item => item.code === code) ?? null;
  });
  protected readonly breakLimitS = computed(() => {
    const agent = this.live.agent();
    return agent?.break_until ? (Date.parse(agent.break_until) - Date.parse(agent.since)) / 1000 : null;
  });
  protected readonly breakSpentS = computed(() => this.clock.since(this.live.agent()?.since));
  protected readonly breakPercent = computed(() => {
    const limit = this.breakLimitS();
    return limit ? Math.min(100, Math.round((100 * this.breakSpentS()) / limit)) : 0;
  });
  protected readonly breakOver = computed(() => {
    const limit = this.breakLimitS();
    return this.live.agent()?.break_over === true || (limit !== null && this.breakSpentS() > limit);
  });

  constructor() {
    const ready = () => void this.commands.setState('ready');
    effect(() => {
      const offers = this.state() !== 'ready' && this.state() !== null;
      untracked(() => this.view.primary.set(offers ? ready : null));
    });
    inject(DestroyRef).onDestroy(() => {
      if (this.view.primary() === ready) this.view.primary.set(null);
    });
  }

  protected duration(seconds: number | null): string {
    return seconds === null ? '—' : formatDuration(seconds);
  }

  protected estimate({ estimated_wait_s: wait, estimate_error_s: error }: QueueFigures): string {
    if (wait === null || error === null) return '—';
    return this.language.text('queues.estimate_value', { wait: formatDuration(wait), error: formatDuration(error) });
  }

  protected minutes(seconds: number): string {
    const minutes = Math.floor(seconds / 60);
    const parts = { h: Math.floor(minutes / 60), m: minutes % 60 };
    return this.language.text(parts.h > 0 ? 'unit.h_min' : 'unit.min', parts);
  }

  protected barText({ state, reason, startedAt, seconds }: DayBar): string {
    const name = (state === 'break' && this.reference.breakName(reason)) || this.language.text(`state.${state}`);
    return `${name}, ${formatTime(startedAt)}, ${formatDuration(seconds)}`;
  }

  protected limitsText(): string {
    return (this.own.day()?.limits_passed ?? []).map(({ reason, at }) => `${this.reference.breakName(reason) || reason}, ${formatTime(at)}`).join('; ');
  }

  protected since(at: string | null): string {
    return at ? this.clock.duration(at) : '—';
  }
}
