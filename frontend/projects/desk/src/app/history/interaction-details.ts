import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import type { Caller, Handling, Interaction } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { CallNumber } from '../desk/call-number';
import { CallProgress } from '../desk/call-progress';
import { ReferenceData } from '../desk/reference-data';
import { formatDay, formatTime, formatTimeWithSeconds } from '../language/dates';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { RevealButton } from '../reveal/reveal-button';
import { SessionStore } from '../session/session-store';
import { outcomeKey } from './outcome-key';
import { Player } from './player';
import { TimelineText } from './timeline-text';

/** One call from its first moment to its last. */
@Component({
  selector: 'ovoz-interaction-details',
  imports: [CallNumber, CallProgress, Icon, MatButton, Player, RevealButton, RouterLink, TranslocoDirective],
  templateUrl: './interaction-details.html',
  styleUrl: './interaction-details.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class InteractionDetails {
  private readonly api = inject(OvozApi);
  private readonly language = inject(Language);
  private readonly store = inject(SessionStore);
  protected readonly reference = inject(ReferenceData);
  protected readonly outcome = outcomeKey;
  protected readonly problemText = inject(ProblemText);
  protected readonly timeline = inject(TimelineText);

  readonly id = input.required<string>();

  protected readonly interaction = signal<Interaction | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly mayListen = this.store.may('recordings.listen');
  protected readonly when = computed(() => {
    const at = this.interaction()?.started_at;
    return at ? `${formatDay(at, this.language.locale())}, ${formatTime(at)}` : '';
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.interaction.set(null);
        void this.read(id);
      });
    });
  }

  protected async read(id: string): Promise<void> {
    this.problem.set(null);
    try {
      const interaction = await this.api.interaction(id);
      if (id === this.id()) this.interaction.set(interaction);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }

  /** All calls of this number; a masked one is found by its token. */
  protected sameNumber(caller: Caller): Record<string, string | null> {
    return caller.number_token ? { token: caller.number_token, number: null } : { number: caller.number, token: null };
  }

  /** Of those who spoke: who did not answer stands in the course of the call. */
  protected shares(call: Interaction): Handling[] {
    return call.handlings.filter(share => share.answered_at !== null);
  }

  protected readonly duration = formatDuration;
  protected readonly phone = formatPhoneNumber;
  protected readonly time = formatTimeWithSeconds;
}
