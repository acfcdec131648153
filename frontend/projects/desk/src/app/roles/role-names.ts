import { inject, Injectable, signal } from '@angular/core';
import type { Role } from '../contract/rights';
import { Language } from '../language/language';
import { SessionStore } from '../session/session-store';
import { RolesApi } from './roles-api';

/** What roles are called, also for those who may not read them: shipped ones have their name in the texts. */
@Injectable({ providedIn: 'root' })
export class RoleNames {
  private readonly api = inject(RolesApi);
  private readonly language = inject(Language);
  private readonly store = inject(SessionStore);
  private readonly known = signal<Role[]>([]);

  readonly roles = this.known.asReadonly();

  async load(): Promise<void> {
    if (this.store.may('roles.read')) this.known.set(await this.api.list());
  }

  of(code: string): string {
    const role = this.known().find(candidate => candidate.code === code);
    if (role) return this.language.nameOf(role.names, code);
    const key = `role.${code}`;
    return this.language.has(key) ? this.language.text(key) : code;
  }
}
