import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Page } from '../contract/contract';
import type { Invited, Person, PersonInvite, PersonRights, PersonUpdate, Team } from '../contract/people';
import { ifVersion, queryOf, sendOnce } from '../contract/send-once';

export interface PersonFilter {
  search?: string;
  role?: string;
  state?: string;
  team_id?: string;
  cursor?: string | null;
  limit?: number;
}

/** People and teams over REST. */
@Injectable({ providedIn: 'root' })
export class PeopleApi {
  private readonly http = inject(HttpClient);

  list(filter: PersonFilter): Promise<Page<Person>> {
    return firstValueFrom(this.http.get<Page<Person>>('/api/people', { params: queryOf(filter) }));
  }

  show(id: string): Promise<Person> {
    return firstValueFrom(this.http.get<Person>(at(id)));
  }

  invite(person: PersonInvite): Promise<Invited> {
    return sendOnce(headers => this.http.post<Invited>('/api/people', person, { headers }));
  }

  /** A new link, also for who forgot the password; the one before is worth nothing. */
  inviteAgain(id: string): Promise<Invited> {
    return sendOnce(headers => this.http.post<Invited>(`${at(id)}/invitation`, {}, { headers }));
  }

  change(id: string, version: number, change: PersonUpdate): Promise<Person> {
    return firstValueFrom(this.http.patch<Person>(at(id), change, { headers: ifVersion(version) }));
  }

  disable(id: string): Promise<Person> {
    return firstValueFrom(this.http.post<Person>(`${at(id)}/disable`, {}));
  }

  /** Signs them out everywhere. */
  endSessions(id: string): Promise<unknown> {
    return firstValueFrom(this.http.post(`${at(id)}/end-sessions`, {}));
  }

  enable(id: string): Promise<Person> {
    return firstValueFrom(this.http.post<Person>(`${at(id)}/enable`, {}));
  }

  rights(id: string): Promise<PersonRights> {
    return firstValueFrom(this.http.get<PersonRights>(`${at(id)}/rights`));
  }

  teams(): Promise<Team[]> {
    return firstValueFrom(this.http.get<Team[]>('/api/teams'));
  }

  addTeam(name: string): Promise<Team> {
    return sendOnce(headers => this.http.post<Team>('/api/teams', { name }, { headers }));
  }
}

function at(id: string): string {
  return `/api/people/${encodeURIComponent(id)}`;
}
