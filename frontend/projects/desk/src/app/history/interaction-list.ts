import { inject, Injectable, signal } from '@angular/core';
import type { InteractionSummary } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { type Problem, toProblem } from '../problems/problem';

const PAGE = 50;

interface Wanted {
  number?: string;
  mine: boolean;
}

/** The pages of the history that were read so far. */
@Injectable()
export class InteractionList {
  private readonly api = inject(OvozApi);
  private readonly found = signal<InteractionSummary[] | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly cursor = signal<string | null>(null);
  private readonly reading = signal(false);
  private wanted: Wanted = { mine: true };
  private run = 0;

  readonly items = this.found.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly next = this.cursor.asReadonly();
  readonly busy = this.reading.asReadonly();

  open(wanted: Wanted): Promise<void> {
    this.wanted = wanted;
    this.found.set(null);
    this.cursor.set(null);
    return this.read();
  }

  /** Reads the next page, or the first one again after a failure. */
  async read(): Promise<void> {
    const run = ++this.run;
    this.reading.set(true);
    this.failure.set(null);
    try {
      const page = await this.api.interactions({ ...this.wanted, limit: PAGE, cursor: this.cursor() });
      if (run !== this.run) return;
      this.found.update(known => [...(known ?? []), ...page.items]);
      this.cursor.set(page.next_cursor);
    } catch (error) {
      if (run === this.run) this.failure.set(toProblem(error));
    } finally {
      if (run === this.run) this.reading.set(false);
    }
  }
}
