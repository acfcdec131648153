import { computed, inject, Injectable, signal } from '@angular/core';
import type { BreakReason, Disposition } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { Language } from '../language/language';
import { SessionStore } from '../session/session-store';

/** The tenant's lists: why one takes a break, how a conversation ended. */
@Injectable({ providedIn: 'root' })
export class ReferenceData {
  private readonly api = inject(OvozApi);
  private readonly language = inject(Language);
  private readonly store = inject(SessionStore);
  private readonly breaks = signal<BreakReason[]>([]);
  private readonly ends = signal<Disposition[]>([]);

  readonly breakReasons = computed(() =>
    this.breaks().map(reason => ({ ...reason, name: this.language.nameOf(reason.names, reason.code) })),
  );
  readonly dispositions = computed(() =>
    this.ends().map(end => ({ ...end, name: this.language.nameOf(end.names, end.code) })),
  );

  /** Each list is there as soon as it can be had, whatever becomes of the other. */
  async load(): Promise<void> {
    await Promise.all([
      this.store.may('settings.read') && this.api.breakReasons().then(breaks => this.breaks.set(breaks)),
      this.store.may('settings.read') && this.api.dispositions().then(ends => this.ends.set(ends)),
    ]);
  }

  breakName(code: string | null | undefined): string {
    return this.breakReasons().find(reason => reason.code === code)?.name ?? '';
  }

  dispositionName(code: string | null | undefined): string {
    return code ? (this.dispositions().find(end => end.code === code)?.name ?? code) : '';
  }
}
