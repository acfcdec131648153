import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { ChosenState } from '../contract/contract';
import { Live } from '../live/live';
import { DeskView } from '../shell/desk-view';
import { AGENT_STATE_LOOK } from './agent-state-look';
import { CallProgress } from './call-progress';
import { DeskCommands } from './desk-commands';
import { OutcomeForm } from './outcome-form';
import { ReferenceData } from './reference-data';
import { WrapUpDraft } from './wrap-up-draft';

/** What is chosen is sent this long before the platform closes the wrap-up. */
const SEND_BEFORE_S = 2;

/** After the call: how it ended, a note, and what follows, in one panel with its timer. */
@Component({
  selector: 'ovoz-wrap-up-panel',
  imports: [CallProgress, Icon, MatButton, OutcomeForm, TranslocoDirective],
  templateUrl: './wrap-up-panel.html',
  styleUrl: './wrap-up-panel.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WrapUpPanel {
  private readonly clock = inject(ServerClock);
  private readonly view = inject(DeskView);
  protected readonly live = inject(Live);
  protected readonly commands = inject(DeskCommands);
  protected readonly reference = inject(ReferenceData);
  protected readonly draft = inject(WrapUpDraft);

  private readonly queued = this.live.agent()?.next ?? null;
  protected readonly next = signal<ChosenState>(this.queued?.state ?? 'ready');
  protected readonly reason = signal<string | null>(this.queued?.reason ?? null);
  protected readonly missing = signal(false);
  protected readonly nextStates = ['ready', 'break', 'offline'] as const satisfies readonly ChosenState[];
  protected readonly looks = AGENT_STATE_LOOK;
  private sent = false;

  protected readonly until = computed(() => this.live.agent()?.wrap_up_until ?? null);
  protected readonly leftS = computed(() => this.clock.until(this.until()));
  protected readonly left = computed(() => formatDuration(this.leftS()));
  protected readonly totalS = computed(() => {
    const agent = this.live.agent();
    return agent?.wrap_up_until ? (Date.parse(agent.wrap_up_until) - Date.parse(agent.since)) / 1000 : 0;
  });
  protected readonly total = computed(() => formatDuration(Math.round(this.totalS())));
  protected readonly percent = computed(() => {
    const total = this.totalS();
    return total > 0 ? Math.max(0, Math.min(100, Math.round(100 * (1 - this.leftS() / total)))) : 0;
  });
  protected readonly chosenReason = computed(() => this.reason() ?? this.reference.breakReasons()[0]?.code ?? null);
  protected readonly noteError = computed(() => {
    const failed = this.commands.failed();
    if (failed?.command !== 'wrap-up') return null;
    return failed.problem.errors.find(error => error.pointer.includes('note'))?.detail ?? null;
  });

  constructor() {
    const finish = () => void this.finish();
    this.view.primary.set(finish);
    inject(DestroyRef).onDestroy(() => {
      if (this.view.primary() === finish) this.view.primary.set(null);
    });
    // The platform decides when the time is up; this only sees to it that the note is there by then.
    effect(() => {
      const ending = this.until() !== null && this.leftS() <= SEND_BEFORE_S;
      if (ending && this.draft.draft().disposition) untracked(() => void this.sendInTime());
    });
    // A break that is approved meanwhile is what follows.
    let known = JSON.stringify(this.queued);
    effect(() => {
      const queued = this.live.agent()?.next ?? null;
      if (JSON.stringify(queued) === known) return;
      known = JSON.stringify(queued);
      untracked(() => {
        this.next.set(queued?.state ?? 'ready');
        this.reason.set(queued?.reason ?? null);
      });
    });
  }

  protected async finishWith(next: ChosenState): Promise<void> {
    this.next.set(next);
    await this.finish();
  }

  protected async finish(): Promise<void> {
    if (!this.draft.draft().disposition) {
      this.missing.set(true);
      return;
    }
    this.sent = false;
    await this.send();
  }

  /** What was written counts more than a break that is full by now: then the agent is ready. */
  private async sendInTime(): Promise<void> {
    if (this.sent || (await this.send()) || this.commands.failed()?.problem.slug !== 'break-full') return;
    this.next.set('ready');
    this.sent = false;
    await this.send();
  }

  private async send(): Promise<boolean> {
    const id = this.live.interaction()?.id;
    const { disposition, note } = this.draft.draft();
    if (!id || !disposition || this.sent) return false;
    this.sent = true;
    const next = this.next();
    const reason = next === 'break' ? (this.chosenReason() ?? undefined) : undefined;
    return this.commands.finishWrapUp(id, { disposition, note, next, reason });
  }
}
