import { inject, Injectable, signal } from '@angular/core';
import type { Team } from '../contract/people';
import { PeopleApi } from './people-api';

/** The operator's teams. */
@Injectable({ providedIn: 'root' })
export class Teams {
  private readonly api = inject(PeopleApi);
  private readonly known = signal<Team[]>([]);

  readonly all = this.known.asReadonly();

  async load(): Promise<void> {
    this.known.set(await this.api.teams());
  }

  async add(name: string): Promise<Team> {
    const team = await this.api.addTeam(name);
    this.known.update(known => [...known, team].sort((a, b) => a.name.localeCompare(b.name)));
    return team;
  }
}
