import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import { ServerClock } from '../clock/server-clock';
import type { InteractionSummary } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { isSameDay } from '../language/dates';
import { Live } from '../live/live';
import { type Problem, toProblem } from '../problems/problem';

const PAGE = 100;
const PAGES = 4;

/** My interactions of today, read again after each one that ends. */
@Injectable({ providedIn: 'root' })
export class MyPast {
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly clock = inject(ServerClock);
  private readonly items = signal<InteractionSummary[] | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly readAt = signal<number | null>(null);

  readonly loaded = computed(() => this.items() !== null);
  readonly problem = this.failure.asReadonly();
  /** Server time of the last reading, ms. */
  readonly at = this.readAt.asReadonly();
  readonly today = computed(() => this.items() ?? []);

  constructor() {
    effect(() => {
      const busy = this.live.interaction() !== null;
      const known = this.live.desk() !== null;
      untracked(() => {
        if (known && !(busy && this.loaded())) void this.read();
      });
    });
  }

  async read(): Promise<void> {
    try {
      const items: InteractionSummary[] = [];
      let cursor: string | null = null;
      const now = this.clock.now();
      for (let page = 0; page < PAGES; page++) {
        const answer = await this.api.interactions({ mine: true, limit: PAGE, cursor });
        const today = answer.items.filter(item => isSameDay(item.started_at, now));
        items.push(...today);
        cursor = answer.next_cursor;
        if (!cursor || today.length < answer.items.length) break;
      }
      this.items.set(items.filter(item => item.ended_at !== null));
      this.failure.set(null);
      this.readAt.set(this.clock.now());
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }
}
