import { HttpClient } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import type { ShiftMessage, Team } from '../contract/contract';
import { LiveSocket } from '../live/live-socket';
import { type Problem, toProblem } from '../problems/problem';
import { SessionStore } from '../session/session-store';
import { openWishes } from './shift-rows';

/** The shift over `/api/team/live`, while its page is open; and the supervisor's word. */
@Injectable()
export class ShiftLive {
  private readonly http = inject(HttpClient);
  private readonly clock = inject(ServerClock);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  private readonly shown = signal<Team | null>(null);
  private readonly answers = signal(true);
  private readonly failure = signal<Problem | null>(null);
  private readonly running = signal<string | null>(null);
  private readonly socket = new LiveSocket<ShiftMessage>('/api/team/live', message => this.take(message), () => this.signInAgain());

  readonly team = this.shown.asReadonly();
  readonly connection = this.socket.state;
  readonly switchboardAnswers = this.answers.asReadonly();
  readonly problem = this.failure.asReadonly();
  /** Whose request is being decided. */
  readonly deciding = this.running.asReadonly();
  /** Requests that this person may decide. */
  readonly wishes = computed(() => openWishes(this.team()?.agents ?? []).filter(member => member.may_decide));

  stop(): void {
    this.socket.stop();
  }

  reconnect(): void {
    this.socket.connect();
  }

  dismiss(): void {
    this.failure.set(null);
  }

  async decide(agentId: string, wishId: string, approved: boolean, note: string): Promise<void> {
    if (this.running()) return;
    this.running.set(agentId);
    this.failure.set(null);
    try {
      await firstValueFrom(this.http.post(`/api/team/${encodeURIComponent(agentId)}/break-decision`, { wish_id: wishId, approved, note }));
    } catch (error) {
      this.failure.set(toProblem(error));
    } finally {
      this.running.set(null);
    }
  }

  private take(message: ShiftMessage): void {
    if (message.type === 'team') {
      this.clock.learn(message.data.at);
      this.shown.set(message.data);
    } else if (message.type === 'switchboard') this.answers.set(message.available);
  }

  private signInAgain(): void {
    const queryParams = { why: 'ended', next: this.router.url };
    this.store.leave(this.router.serializeUrl(this.router.createUrlTree(['/sign-in'], { queryParams })));
  }
}
