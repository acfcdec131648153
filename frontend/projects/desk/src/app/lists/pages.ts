import { signal } from '@angular/core';
import type { Page } from '../contract/contract';
import { type Problem, toProblem } from '../problems/problem';

export type AskPage<Item> = (cursor: string | null) => Promise<Page<Item>>;

/** The pages of a list that were read so far. Only the answer to the latest question counts. */
export class Pages<Item> {
  private readonly found = signal<Item[] | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly cursor = signal<string | null>(null);
  private readonly reading = signal(false);
  private ask: AskPage<Item> | null = null;
  private run = 0;

  readonly items = this.found.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly next = this.cursor.asReadonly();
  readonly busy = this.reading.asReadonly();

  open(ask: AskPage<Item>): Promise<void> {
    this.ask = ask;
    this.found.set(null);
    this.cursor.set(null);
    return this.read();
  }

  /** Reads the next page, or the first one again after a failure. */
  async read(): Promise<void> {
    if (!this.ask) return;
    const run = ++this.run;
    this.reading.set(true);
    this.failure.set(null);
    try {
      const page = await this.ask(this.cursor());
      if (run !== this.run) return;
      this.found.update(known => [...(known ?? []), ...page.items]);
      this.cursor.set(page.next_cursor);
    } catch (error) {
      if (run === this.run) this.failure.set(toProblem(error));
    } finally {
      if (run === this.run) this.reading.set(false);
    }
  }

  /** Puts what has changed into its place, without asking again. */
  replace(same: (item: Item) => boolean, changed: Item): void {
    this.found.update(known => known?.map(item => (same(item) ? changed : item)) ?? null);
  }
}
