import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import { formatDuration, formatTimer } from './duration';
import { ServerOffset } from './server-offset';

const TICK_MS = 250;

/** The server's time, as a signal that ticks. It only shows; it decides nothing. */
@Injectable({ providedIn: 'root' })
export class ServerClock {
  private readonly offset = new ServerOffset();
  private readonly current = signal(Date.now());

  /** Milliseconds since 1970, the server's. */
  readonly now = this.current.asReadonly();

  constructor() {
    const timer = setInterval(() => this.tick(), TICK_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** The server said that it was `at` when it sent this. */
  learn(at: string): void {
    const milliseconds = Date.parse(at);
    if (Number.isNaN(milliseconds)) return;
    this.offset.add(milliseconds, performance.now());
    this.tick();
  }

  /** Seconds since `at`. */
  since(at: string | null | undefined): number {
    return at ? (this.now() - Date.parse(at)) / 1000 : 0;
  }

  /** Seconds until `at`. */
  until(at: string | null | undefined): number {
    return at ? Math.ceil((Date.parse(at) - this.now()) / 1000) : 0;
  }

  timer(since: string | null | undefined): string {
    return formatTimer(this.since(since));
  }

  /** How long a conversation lasts or, once it is over, lasted; empty before it began. */
  callTimer({ answered_at, ended_at }: { answered_at: string | null; ended_at: string | null }): string {
    if (!answered_at) return '';
    return ended_at ? formatTimer((Date.parse(ended_at) - Date.parse(answered_at)) / 1000) : this.timer(answered_at);
  }

  duration(since: string | null | undefined): string {
    return formatDuration(this.since(since));
  }

  private tick(): void {
    this.current.set(this.offset.at(performance.now()) ?? Date.now());
  }
}
