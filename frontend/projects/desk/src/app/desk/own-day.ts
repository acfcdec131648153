import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { AgentDay } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { Live } from '../live/live';
import { type Problem, toProblem } from '../problems/problem';

/** My day as the platform counts it, read again after each change of my state. */
@Injectable({ providedIn: 'root' })
export class OwnDay {
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly kept = signal<AgentDay | null>(null);
  private readonly failure = signal<Problem | null>(null);

  readonly day = this.kept.asReadonly();
  readonly problem = this.failure.asReadonly();

  constructor() {
    let seen = '';
    effect(() => {
      const agent = this.live.agent();
      const state = agent ? `${agent.state} ${agent.since}` : '';
      untracked(() => {
        if (state && state !== seen) void this.read();
        seen = state;
      });
    });
  }

  async read(): Promise<void> {
    try {
      this.kept.set(await this.api.ownDay());
      this.failure.set(null);
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }
}
