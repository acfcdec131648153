import { HttpClient } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import type { PersonalKind, Reveal, RevealSubject } from '../contract/reveals';
import { SessionStore } from '../session/session-store';

/** What is clear to me for a while, because I said why. */
@Injectable({ providedIn: 'root' })
export class Reveals {
  private readonly http = inject(HttpClient);
  private readonly clock = inject(ServerClock);
  private readonly store = inject(SessionStore);
  private readonly known = signal<Reveal[]>([]);
  private loaded: Promise<void> | null = null;

  readonly mayReveal = computed(() => this.store.may('personal.reveal'));

  /** Those that still last, after a reload of the page. */
  load(): Promise<void> {
    this.loaded ??= this.read();
    return this.loaded;
  }

  /** Until when the subject is clear to me; null when it is not. */
  until(kind: RevealSubject, id: string): string | null {
    const lasting = this.known().filter(reveal => reveal.subject_kind === kind && reveal.subject_id === id && Date.parse(reveal.until) > this.clock.now());
    return lasting.map(reveal => reveal.until).sort().at(-1) ?? null;
  }

  async reveal(kind: RevealSubject, id: string, kinds: readonly PersonalKind[], reason: string): Promise<void> {
    const reveal = await firstValueFrom(this.http.post<Reveal>('/api/reveals', { subject_kind: kind, subject_id: id, kinds, reason }));
    this.known.update(known => [...known, reveal]);
  }

  private async read(): Promise<void> {
    if (!this.mayReveal()) return;
    try {
      const lasting = await firstValueFrom(this.http.get<Reveal[]>('/api/reveals'));
      this.known.update(known => [...lasting, ...known]);
    } catch {
      this.loaded = null;
    }
  }
}
