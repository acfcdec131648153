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
import { dayFigures, dayRibbon } from './day-figures';
import { DeskCommands } from './desk-commands';
import { MyPast } from './my-past';
import { ReferenceData } from './reference-data';

/** The middle column between calls: what my state means, my day, the queues. */
@Component({
  selector: 'ovoz-my-day',
  imports: [Icon, MatButton, MatTooltip, TranslocoDirective],
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
  protected readonly past = inject(MyPast);

  protected readonly state = computed(() => this.live.agent()?.state ?? null);
  protected readonly today = computed(() => `${formatDay(this.clock.now(), this.language.locale())}, ${formatTime(this.clock.now())}`);
  protected readonly figures = computed(() => dayFigures(this.past.today()));
  protected readonly onCalls = computed(() => {
    const minutes = Math.round(this.figures().talkS / 60);
    const parts = { h: Math.floor(minutes / 60), m: minutes % 60 };
    return this.language.text(parts.h > 0 ? 'unit.h_min' : 'unit.min', parts);
  });
  private readonly minute = computed(() => Math.floor(this.clock.now() / 60_000) * 60_000);
  protected readonly ribbon = computed(() => dayRibbon(this.past.today(), this.minute()));
  protected readonly hours = computed(() => {
    const ribbon = this.ribbon();
    if (!ribbon) return [];
    const count = ribbon.toHour - ribbon.fromHour;
    const step = Math.ceil(count / 10);
    return Array.from({ length: Math.floor(count / step) + 1 }, (_, n) => ({
      label: `${(ribbon.fromHour + n * step) % 24}:00`,
      at: (100 * n * step) / count,
    }));
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

  protected since(at: string | null): string {
    return at ? this.clock.duration(at) : '—';
  }
}
