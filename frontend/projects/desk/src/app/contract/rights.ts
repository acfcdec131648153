/** Rights, roles and what a person may do. */

export type Right =
  | 'desk.use'
  | 'calls.control'
  | 'calls.dial'
  | 'interactions.read'
  | 'interactions.find'
  | 'returns.work'
  | 'recordings.listen'
  | 'recordings.download'
  | 'settings.read'
  | 'queues.manage'
  | 'skills.manage'
  | 'breaks.manage'
  | 'breaks.decide'
  | 'team.watch'
  | 'people.read'
  | 'people.manage'
  | 'roles.read'
  | 'roles.manage'
  | 'audit.read'
  | 'audit.export'
  | 'personal.reveal'
  | 'session.use';

export type Whose = 'own' | 'team' | 'queue' | 'all';
export type ConditionName = 'whose' | 'regions' | 'outsourced' | 'corporate' | 'hours';

/** `HH:MM` in the operator's zone; `22:00` to `06:00` goes over midnight. */
export interface Hours {
  from: string;
  until: string;
}

/** What must hold for a grant to count; what is not named does not matter. */
export interface Conditions {
  whose?: Whose;
  regions?: string[] | null;
  outsourced?: boolean | null;
  corporate?: boolean | null;
  hours?: Hours | null;
}

export interface Grant {
  right: string;
  conditions?: Conditions;
}

export interface RightInfo {
  name: string;
  conditions: ConditionName[];
  whose: Whose[];
}

export interface AllNames {
  ru: string;
  tg: string;
  en: string;
}

export interface Role {
  code: string;
  names: AllNames;
  purpose: AllNames | null;
  shipped: boolean;
  version: number;
  grants: Grant[];
  people: number;
}

export interface RoleCreate {
  code: string;
  name: string;
  grants: Grant[];
}

export interface RoleUpdate {
  name: string;
  grants: Grant[];
}

export interface PersonDifference {
  id: string;
  name: string;
  gained: Grant[];
  lost: Grant[];
}

export interface RoleDifference {
  people: PersonDifference[];
  unchanged: number;
}
