import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import { Live } from '../live/live';
import { type Draft, dropDraft, EMPTY_DRAFT, keepDraft, readDraft } from './stored-draft';

/** The outcome and the note while they are being written; a reload finds them again. */
@Injectable({ providedIn: 'root' })
export class WrapUpDraft {
  private readonly live = inject(Live);
  private readonly current = signal<Draft>(EMPTY_DRAFT);
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
    keepDraft(sessionStorage, this.interactionId, this.current());
    this.keptAt.set(Date.now());
  }

  private open(id: string | null): void {
    this.interactionId = id;
    this.keptAt.set(null);
    this.current.set(id ? (readDraft(sessionStorage, id) ?? EMPTY_DRAFT) : EMPTY_DRAFT);
    if (!id) dropDraft(sessionStorage);
  }
}
