import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { CallToReturn, ReturnOutcome } from '../contract/contract';
import { CallNumber, dialled } from '../desk/call-number';
import { DeskCommands } from '../desk/desk-commands';
import { formatShortDay, formatTime, isSameDay } from '../language/dates';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { ReturnsList } from './returns-list';

/** Callers whom nobody served: who takes care of each, and what came of it. */
@Component({
  selector: 'ovoz-returns',
  imports: [CallNumber, Icon, MatButton, MatTooltip, TranslocoDirective],
  templateUrl: './returns.html',
  styleUrl: './returns.css',
  providers: [ReturnsList],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Returns {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  protected readonly commands = inject(DeskCommands);
  protected readonly list = inject(ReturnsList);
  protected readonly text = inject(ProblemText);

  protected readonly bones = Array.from({ length: 8 });
  protected readonly phone = formatPhoneNumber;
  protected readonly outcomes: readonly ReturnOutcome[] = ['reached', 'unreachable', 'not_needed'];
  protected readonly icons: Record<ReturnOutcome, string> = { reached: 'check', unreachable: 'hangup', not_needed: 'x' };

  private readonly seen = new Map<string, string>();
  /** Queues that had somebody to call back since the page was opened: one that is chosen stays there when it is empty. */
  protected readonly queues = computed<{ id: string; name: string }[]>(() => {
    for (const { queue } of this.list.calls()?.items ?? []) if (queue) this.seen.set(queue.id, queue.name);
    return [...this.seen].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  });
  protected readonly mine = computed(() => this.list.calls()?.items.filter(call => this.isMine(call)).length ?? 0);

  constructor() {
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected isMine({ taken_by }: CallToReturn): boolean {
    return taken_by !== null && taken_by.id === this.store.session()?.user.id;
  }

  /** Whether this person calls numbers outside; else taking it only says that somebody does. */
  protected readonly calls = this.store.usesDesk() && this.store.may('calls.dial');

  protected async callBack(call: CallToReturn): Promise<void> {
    const target = dialled(call.caller);
    // What an agent needs in a call is on the desk.
    if (target && (await this.list.take(call.id)) && (await this.commands.call(target))) void this.router.navigateByUrl('/');
  }

  protected at(moment: string): string {
    return isSameDay(moment, this.clock.now()) ? formatTime(moment) : `${formatShortDay(moment, this.language.locale())} ${formatTime(moment)}`;
  }

  protected ago(moment: string): string {
    return formatDuration(Math.max(0, this.clock.since(moment)));
  }

  protected left(until: string): string {
    return formatDuration(Math.max(0, this.clock.until(until)));
  }

  protected waited(seconds: number): string {
    return formatDuration(seconds);
  }
}
