import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import { Live } from '../live/live';

export interface Draft {
  disposition: string | null;
  note: string;
}

const STORED = 'ovoz.draft';
const EMPTY: Draft = { disposition: null, note: '' };

/** The outcome and the note while they are being written; a reload finds them again. */
@Injectable({ providedIn: 'root' })
export class WrapUpDraft {
  private readonly live = inject(Live);
  private readonly current = signal<Draft>(EMPTY);
  private readonly keptAt = signal<number | null>(null);
  private interactionId: string | null = null;

  readonly draft = this.current.asReadonly();
  /** When it was last kept (page clock, ms). */
  readonly savedAt = this.keptAt.asReadonly();

  constructor() {
    effect(() => {
      const id = this.live.interaction()?.id ?? null;
      const known = this.live.desk() !== null;
      untracked(() => {
        if (known && id !== this.interactionId) this.open(id);
      });
    });
  }

  change(change: Partial<Draft>): void {
    this.current.update(draft => ({ ...draft, ...change }));
    if (!this.interactionId) return;
    sessionStorage.setItem(STORED, JSON.stringify({ id: this.interactionId, ...this.current() }));
    this.keptAt.set(Date.now());
  }

  private open(id: string | null): void {
    this.interactionId = id;
    this.keptAt.set(null);
    this.current.set(id ? (read(id) ?? EMPTY) : EMPTY);
    if (!id) sessionStorage.removeItem(STORED);
  }
}

function read(id: string): Draft | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
    if (typeof stored !== 'object' || stored === null || !('id' in stored) || stored.id !== id) return null;
    const { disposition, note } = stored as Partial<Draft>;
    return { disposition: disposition ?? null, note: note ?? '' };
  } catch {
    return null;
  }
}
