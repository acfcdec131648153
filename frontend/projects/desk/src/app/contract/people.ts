import type { Conditions } from './rights';

export type PersonState = 'invited' | 'active' | 'disabled';

export interface TeamReference {
  id: string;
  name: string;
}

export interface Person {
  id: string;
  name: string;
  email: string;
  state: PersonState;
  roles: string[];
  team: TeamReference | null;
  region: string | null;
  outsourced: boolean;
  is_agent: boolean;
  created_at: string;
  /** When the person was last here, where the platform tells it. */
  last_seen_at?: string | null;
  invitation_expires_at: string | null;
  version: number;
}

export interface PersonInvite {
  email: string;
  name: string;
  roles: string[];
  team_id: string | null;
  region: string | null;
  outsourced: boolean;
}

/** Only what stands in it is changed; null takes team or region away. */
export type PersonUpdate = Partial<Omit<PersonInvite, 'email'>>;

/** `link` opens once; nobody can read it again. */
export interface Invited {
  person: Person;
  link: string;
  expires_at: string;
}

export interface RightOfPerson {
  right: string;
  /** Whether the hours of one of the grants hold now. */
  now: boolean;
  grants: { role: string; conditions: Conditions }[];
}

export interface PersonRights {
  state: PersonState;
  rights: RightOfPerson[];
  missing: string[];
}

export interface Team extends TeamReference {
  people: number;
}

/** Whom an open invitation is for. */
export interface Invitation {
  name: string;
  email: string;
  operator: string;
  expires_at: string;
}
