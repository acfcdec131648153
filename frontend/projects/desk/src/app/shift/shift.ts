import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { AgentState, Member, TeamReference } from '../contract/contract';
import { AGENT_STATE_LOOK } from '../desk/agent-state-look';
import { ReferenceData } from '../desk/reference-data';
import { formatTime } from '../language/dates';
import { Language } from '../language/language';
import { ProblemText } from '../problems/problem-text';
import { DeskView } from '../shell/desk-view';
import { ShiftLive } from './shift-live';
import { inOrder, isShown, occupancyOf, STATE_ORDER, type StateFilter } from './shift-rows';

/** Everybody's state for supervisors: limits passed on top, requests for breaks with their answer beside. */
@Component({
  selector: 'ovoz-shift',
  imports: [Icon, MatButton, MatTooltip, TranslocoDirective],
  templateUrl: './shift.html',
  styleUrl: './shift.css',
  providers: [ShiftLive],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Shift {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly reference = inject(ReferenceData);
  private readonly view = inject(DeskView);
  protected readonly live = inject(ShiftLive);
  protected readonly text = inject(ProblemText);

  protected readonly looks = AGENT_STATE_LOOK;
  protected readonly states = STATE_ORDER;
  protected readonly bones = Array.from({ length: 10 });
  protected readonly state = signal<StateFilter>('duty');
  protected readonly teamId = signal('');
  protected readonly notes = signal<Record<string, string>>({});

  private readonly agents = computed(() => this.live.team()?.agents ?? []);
  protected readonly teams = computed(() => {
    const teams = new Map<string, TeamReference>();
    for (const { team } of this.agents()) if (team) teams.set(team.id, team);
    return [...teams.values()].sort((a, b) => a.name.localeCompare(b.name));
  });
  protected readonly counts = computed(() => {
    const counts: Record<StateFilter, number> = { duty: 0, all: 0, offline: 0, ready: 0, break: 0, ringing: 0, talking: 0, wrap_up: 0, not_answering: 0 };
    for (const member of this.agents()) {
      if (!isShown(member, 'all', this.teamId())) continue;
      counts.all++;
      counts[member.state]++;
      if (member.state !== 'offline') counts.duty++;
    }
    return counts;
  });
  protected readonly rows = computed(() => inOrder(this.agents().filter(member => isShown(member, this.state(), this.teamId()))));

  constructor() {
    const decideFirst = (approved: boolean) => {
      const [first] = this.live.wishes();
      if (first) this.decide(first, approved);
    };
    this.view.decide.set(decideFirst);
    inject(DestroyRef).onDestroy(() => {
      this.live.stop();
      if (this.view.decide() === decideFirst) this.view.decide.set(null);
    });
  }

  protected note(wishId: string, event: Event): void {
    const { value } = event.target as HTMLInputElement;
    this.notes.update(notes => ({ ...notes, [wishId]: value }));
  }

  protected decide({ id, wish }: Member, approved: boolean): void {
    if (wish) void this.live.decide(id, wish.id, approved, this.notes()[wish.id] ?? '');
  }

  protected breakName(code: string | null): string {
    return this.reference.breakName(code) || (code ?? '');
  }

  protected stateText({ state, reason, held }: Member): string {
    if (state === 'break') return this.breakName(reason) || this.language.text('state.break');
    if (held) return this.language.text('shift.held');
    if (state === 'not_answering' && reason) return this.language.text(`shift.not_answering.${reason}`);
    return this.language.text(`state.${state}`);
  }

  protected nextText({ next }: Member): string {
    if (!next) return '';
    return next.state === 'break' ? this.breakName(next.reason) : this.language.text(`state.${next.state satisfies AgentState}`);
  }

  protected occupancy(member: Member): string {
    const { percent } = occupancyOf(member, this.clock.now());
    return member.state === 'offline' || percent === null ? '—' : `${percent.toFixed(0)} %`;
  }

  protected occupancyText(member: Member): string {
    if (member.state === 'offline') return '';
    const { workedS, readyS } = occupancyOf(member, this.clock.now());
    return this.language.text('shift.occupancy_of', { worked: formatDuration(workedS), ready: formatDuration(readyS) });
  }

  protected since(at: string | null): string {
    return at ? formatDuration(Math.max(0, this.clock.since(at))) : '—';
  }

  protected left(until: string): string {
    return formatDuration(Math.max(0, this.clock.until(until)));
  }

  protected time(at: string): string {
    return formatTime(at);
  }
}
