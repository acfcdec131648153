import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked, viewChild } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { ChosenState } from '../contract/contract';
import { AGENT_STATE_LOOK } from '../desk/agent-state-look';
import { BreakText } from '../desk/break-text';
import { DeskCommands } from '../desk/desk-commands';
import { ReferenceData } from '../desk/reference-data';
import { Live } from '../live/live';
import { DeskView } from './desk-view';

/** The agent's state, how long it has lasted, what follows it, and the menu to change it. */
@Component({
  selector: 'ovoz-state-switch',
  imports: [MatMenu, MatMenuItem, MatMenuTrigger, TranslocoDirective, Icon],
  templateUrl: './state-switch.html',
  styleUrl: './state-switch.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StateSwitch {
  private readonly clock = inject(ServerClock);
  private readonly commands = inject(DeskCommands);
  private readonly view = inject(DeskView);
  private readonly breaks = inject(BreakText);
  protected readonly live = inject(Live);
  protected readonly reference = inject(ReferenceData);
  protected readonly agent = this.live.agent;
  private readonly trigger = viewChild(MatMenuTrigger);

  protected readonly look = computed(() => AGENT_STATE_LOOK[this.agent()?.state ?? 'offline']);
  protected readonly time = computed(() => this.clock.timer(this.agent()?.since));
  protected readonly breakName = computed(() => (this.agent()?.state === 'break' ? this.reference.breakName(this.agent()?.reason) : ''));
  protected readonly nextBreakName = computed(() => {
    const next = this.agent()?.next;
    return next?.state === 'break' ? this.reference.breakName(next.reason) : '';
  });
  protected readonly queued = computed(() => {
    const state = this.agent()?.state;
    return state === 'talking' || state === 'ringing' || state === 'wrap_up';
  });

  constructor() {
    let seen = this.view.stateMenuWishes();
    effect(() => {
      const wishes = this.view.stateMenuWishes();
      untracked(() => {
        if (wishes !== seen) this.trigger()?.openMenu();
        seen = wishes;
      });
    });
  }

  protected choose(state: ChosenState, reason?: string): void {
    void this.commands.setState(state, reason);
  }

  /** Who holds the places changes without my view: it is read when somebody looks. */
  protected readPlaces(): void {
    if ((this.live.desk()?.breaks.length ?? 0) > 0) void this.live.refresh().catch(() => undefined);
  }

  protected fullText(code: string): string {
    return this.breaks.full(code);
  }

  protected minutes(seconds: number): number {
    return Math.round(seconds / 60);
  }

  protected isCurrent(state: ChosenState, reason?: string): boolean {
    const agent = this.agent();
    const target = this.queued() ? agent?.next : agent;
    return target?.state === state && (reason === undefined || target.reason === reason);
  }
}
