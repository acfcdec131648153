import type { Conditions, Grant } from '../contract/rights';

/** A part of a sentence: the key of a text and its values. */
export interface Words {
  key: string;
  params?: Record<string, string>;
}

/** The conditions of a grant in the order in which they are read; nothing said means: without limits. */
export function conditionWords(conditions: Conditions | undefined, hasScope: boolean): Words[] {
  const words: Words[] = [];
  if (hasScope) words.push({ key: `whose.${conditions?.whose ?? 'all'}` });
  if (conditions?.regions) words.push({ key: 'condition.regions', params: { regions: conditions.regions.join(', ') } });
  if (typeof conditions?.outsourced === 'boolean') words.push({ key: conditions.outsourced ? 'condition.outsourced' : 'condition.staff' });
  if (typeof conditions?.corporate === 'boolean') words.push({ key: conditions.corporate ? 'condition.corporate' : 'condition.private' });
  if (conditions?.hours) words.push({ key: 'condition.hours', params: { from: conditions.hours.from, until: conditions.hours.until } });
  return words;
}

const SCOPED = new Set(['interactions.read', 'returns.work', 'recordings.listen', 'recordings.download', 'people.read', 'skills.manage', 'team.watch', 'breaks.decide']);

/** Rights about things that belong to somebody: `whose` is part of their sentence. */
export function isScoped(right: string): boolean {
  return SCOPED.has(right);
}

/** What a role allows, in the order in which people look for it. */
export const RIGHT_GROUPS: readonly { name: string; rights: readonly string[] }[] = [
  { name: 'work', rights: ['desk.use', 'calls.control', 'calls.dial', 'settings.read', 'session.use'] },
  { name: 'contacts', rights: ['interactions.read', 'interactions.find', 'returns.work', 'recordings.listen', 'recordings.download', 'personal.reveal'] },
  { name: 'routing', rights: ['queues.manage', 'skills.manage'] },
  { name: 'shift', rights: ['team.watch', 'breaks.decide', 'breaks.manage'] },
  { name: 'people', rights: ['people.read', 'people.manage', 'roles.read', 'roles.manage'] },
  { name: 'proof', rights: ['audit.read', 'audit.export'] },
];

/** Rights by group; what no group knows comes last. */
export function inGroups<T>(items: readonly T[], right: (item: T) => string): { name: string; items: T[] }[] {
  const known = new Set(RIGHT_GROUPS.flatMap(group => group.rights));
  const groups = RIGHT_GROUPS.map(group => ({
    name: group.name,
    items: group.rights.flatMap(name => items.filter(item => right(item) === name)),
  }));
  return [...groups, { name: 'other', items: items.filter(item => !known.has(right(item))) }].filter(group => group.items.length > 0);
}

export function sameGrant(a: Grant, b: Grant): boolean {
  return grantKey(a) === grantKey(b);
}

/** The same for two grants that say the same, however it is written. */
export function grantKey({ right, conditions }: Grant): string {
  const { whose, regions, outsourced, corporate, hours } = conditions ?? {};
  return JSON.stringify([right, whose ?? 'all', regions ? [...regions].sort() : null, outsourced ?? null, corporate ?? null, hours ? [hours.from, hours.until] : null]);
}
