import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { KeptCallingRules } from '../contract/calling';
import { formatPhoneNumber } from '../language/phone-number';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { CallingApi } from './calling-api';
import { type CallingDraft, draftOf, faultsOf, LEAST_PAUSE_S, MOST_PAUSE_S, rulesOf } from './calling-draft';

const FIELD_OF: Record<string, keyof CallingDraft> = { '/caller_number': 'number', '/recording_pause_s': 'pause' };

/** Which number is presented to whom is called, and how long a recording may be paused for a card's number. */
@Component({
  selector: 'ovoz-calling-rules',
  imports: [Icon, MatButton, TranslocoDirective],
  templateUrl: './calling-rules.html',
  styleUrl: './calling-rules.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallingRules {
  private readonly api = inject(CallingApi);
  protected readonly text = inject(ProblemText);
  protected readonly phone = formatPhoneNumber;
  protected readonly least = LEAST_PAUSE_S;
  protected readonly most = MOST_PAUSE_S;

  protected readonly kept = signal<KeptCallingRules | null>(null);
  protected readonly draft = signal<CallingDraft>({ number: '', pause: '' });
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  protected readonly stale = signal(false);
  private readonly tried = signal(false);

  protected readonly changed = computed(() => {
    const kept = this.kept();
    return kept !== null && JSON.stringify(this.draft()) !== JSON.stringify(draftOf(kept.settings));
  });
  /** The number that was chosen, where it is the operator's no more. */
  protected readonly lost = computed(() => {
    const kept = this.kept();
    const chosen = kept?.settings.caller_number;
    return chosen && !kept.numbers.some(one => one.number === chosen) ? chosen : null;
  });
  private readonly faults = computed(() => {
    const found = this.tried() ? faultsOf(this.draft(), this.kept()?.numbers.map(one => one.number) ?? []) : new Set<keyof CallingDraft>();
    for (const { pointer } of this.problem()?.errors ?? []) if (FIELD_OF[pointer]) found.add(FIELD_OF[pointer]);
    return found;
  });

  constructor() {
    void this.read();
  }

  protected async read(): Promise<void> {
    this.failure.set(null);
    try {
      this.take(await this.api.show());
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }

  protected change(change: Partial<CallingDraft>): void {
    this.saved.set(false);
    this.problem.set(null);
    this.draft.update(draft => ({ ...draft, ...change }));
  }

  protected bad(field: keyof CallingDraft): boolean {
    return this.faults().has(field);
  }

  protected async save(): Promise<void> {
    const kept = this.kept();
    if (!kept || this.busy()) return;
    this.tried.set(true);
    if (this.faults().size > 0) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      this.take(await this.api.change(kept.version, rulesOf(this.draft())));
      this.saved.set(true);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  private take(kept: KeptCallingRules): void {
    this.kept.set(kept);
    this.draft.set(draftOf(kept.settings));
    this.tried.set(false);
    this.saved.set(false);
    this.stale.set(false);
    this.problem.set(null);
  }
}
