import { inject, Injectable, signal } from '@angular/core';
import type { Queue } from '../contract/queues';
import { type Problem, toProblem } from '../problems/problem';
import { QueuesApi } from './queues-api';

/** The operator's queues, for the list and for what leads from one to another. */
@Injectable({ providedIn: 'root' })
export class KnownQueues {
  private readonly api = inject(QueuesApi);
  private readonly found = signal<Queue[] | null>(null);
  private readonly failure = signal<Problem | null>(null);

  readonly all = this.found.asReadonly();
  readonly problem = this.failure.asReadonly();

  async load(): Promise<void> {
    this.failure.set(null);
    try {
      this.found.set(await this.api.list());
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }
}
