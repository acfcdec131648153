import type { Person, PersonUpdate } from '../contract/people';

/** What can be changed about a person, as the form holds it. */
export interface PersonDraft {
  roles: string[];
  team_id: string | null;
  region: string;
  outsourced: boolean;
}

export const NEW_PERSON: PersonDraft = { roles: [], team_id: null, region: '', outsourced: false };

export function draftOfPerson(person: Person): PersonDraft {
  return { roles: [...person.roles], team_id: person.team?.id ?? null, region: person.region ?? '', outsourced: person.outsourced };
}

/** Only what differs; null when nothing does. */
export function changeOf(draft: PersonDraft, person: Person): PersonUpdate | null {
  const before = draftOfPerson(person);
  const change: PersonUpdate = {};
  if ([...draft.roles].sort().join() !== [...before.roles].sort().join()) change.roles = draft.roles;
  if (draft.team_id !== before.team_id) change.team_id = draft.team_id;
  if (draft.region.trim() !== before.region) change.region = draft.region.trim() || null;
  if (draft.outsourced !== before.outsourced) change.outsourced = draft.outsourced;
  return Object.keys(change).length > 0 ? change : null;
}

export function withRole(roles: readonly string[], code: string, wanted: boolean): string[] {
  return wanted ? [...roles.filter(role => role !== code), code] : roles.filter(role => role !== code);
}
