import { HttpClient } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import type { CallsToReturn, ReturnOutcome } from '../contract/contract';
import { queryOf } from '../contract/send-once';
import { LiveSocket } from '../live/live-socket';
import { type Problem, toProblem } from '../problems/problem';
import { SessionStore } from '../session/session-store';

/** Whom to call back, read again whenever `/api/returns/live` says that it may have changed; and what is done about it. */
@Injectable()
export class ReturnsList {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  private readonly known = signal<CallsToReturn | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly refusal = signal<Problem | null>(null);
  private readonly running = signal<string | null>(null);
  private readonly queueId = signal('');
  private readonly socket = new LiveSocket<{ type: string }>('/api/returns/live', ({ type }) => { if (type === 'returns') void this.read(); }, () => this.signInAgain());
  private run = 0;

  readonly calls = this.known.asReadonly();
  readonly connection = this.socket.state;
  /** Why the list cannot be read. */
  readonly problem = this.failure.asReadonly();
  /** Why the last thing was not done. */
  readonly refused = this.refusal.asReadonly();
  /** Which call something is being done about. */
  readonly busy = this.running.asReadonly();
  readonly queue = this.queueId.asReadonly();

  stop(): void {
    this.socket.stop();
  }

  reconnect(): void {
    this.socket.connect();
  }

  dismiss(): void {
    this.refusal.set(null);
  }

  narrow(queueId: string): Promise<void> {
    this.queueId.set(queueId);
    return this.read();
  }

  async read(): Promise<void> {
    const run = ++this.run;
    try {
      const params = queryOf({ queue_id: this.queueId() });
      const calls = await firstValueFrom(this.http.get<CallsToReturn>('/api/returns', { params }));
      if (run !== this.run) return;
      this.known.set(calls);
      this.failure.set(null);
    } catch (error) {
      if (run === this.run) this.failure.set(toProblem(error));
    }
  }

  take(id: string): Promise<boolean> {
    return this.act(id, () => firstValueFrom(this.http.put(`/api/returns/${encodeURIComponent(id)}/taken`, null)));
  }

  giveBack(id: string): Promise<boolean> {
    return this.act(id, () => firstValueFrom(this.http.delete(`/api/returns/${encodeURIComponent(id)}/taken`)));
  }

  settle(id: string, outcome: ReturnOutcome): Promise<boolean> {
    return this.act(id, () => firstValueFrom(this.http.post(`/api/returns/${encodeURIComponent(id)}/settlement`, { outcome })));
  }

  /** Whether it was done. */
  private async act(id: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.running()) return false;
    this.running.set(id);
    this.refusal.set(null);
    try {
      await work();
      return true;
    } catch (error) {
      this.refusal.set(toProblem(error));
      return false;
    } finally {
      this.running.set(null);
      await this.read();
    }
  }

  private signInAgain(): void {
    const queryParams = { why: 'ended', next: this.router.url };
    this.store.leave(this.router.serializeUrl(this.router.createUrlTree(['/sign-in'], { queryParams })));
  }
}
