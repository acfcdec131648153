import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import { ServerClock } from '../clock/server-clock';
import type { InteractionSummary } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { Live } from '../live/live';
import { type Problem, toProblem } from '../problems/problem';

/** The caller's earlier interactions, fetched as soon as the call is announced. */
@Injectable({ providedIn: 'root' })
export class CallerHistory {
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly clock = inject(ServerClock);
  private readonly found = signal<InteractionSummary[] | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly readAt = signal<number | null>(null);
  private number: string | null = null;
  private token: string | null = null;
  private callId: string | null = null;

  readonly items = this.found.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly at = this.readAt.asReadonly();

  constructor() {
    effect(() => {
      const call = this.live.interaction();
      const number = call && !call.caller.hidden ? call.caller.number : null;
      const id = call?.id ?? null;
      untracked(() => {
        if (id === this.callId && number === this.number) return;
        this.callId = id;
        this.number = number;
        this.token = call?.caller.number_token ?? null;
        this.found.set(null);
        this.failure.set(null);
        if (number) void this.read();
      });
    });
  }

  async read(): Promise<void> {
    const number = this.number;
    if (!number) return;
    try {
      const page = await this.api.interactions({ ...(this.token ? { number_token: this.token } : { number }), limit: 10, mine: false });
      if (number !== this.number) return;
      this.found.set(page.items.filter(item => item.id !== this.callId));
      this.failure.set(null);
      this.readAt.set(this.clock.now());
    } catch (error) {
      if (number === this.number) this.failure.set(toProblem(error));
    }
  }
}
