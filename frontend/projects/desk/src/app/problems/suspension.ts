import { Injectable, signal } from '@angular/core';
import type { Problem } from './problem';

/** Whether the platform refuses because the operator is suspended; who is in a call has the desk all the same. */
@Injectable({ providedIn: 'root' })
export class Suspension {
  private readonly refusal = signal<Problem | null>(null);
  private readonly ofDesk = signal(false);

  readonly refused = this.refusal.asReadonly();
  /** The desk or its phone was refused: the person is in no call. */
  readonly deskRefused = this.ofDesk.asReadonly();

  note(problem: Problem, url: string): void {
    this.refusal.set(problem);
    if (url === '/api/desk' || url === '/api/desk/phone') this.ofDesk.set(true);
  }

  over(): void {
    this.refusal.set(null);
    this.ofDesk.set(false);
  }
}
