import type { Conditions, Grant, Role } from '../contract/rights';
import { grantKey } from './grant-words';

/** Which right is wanted under which conditions; a right may be given several times, one grant suffices. */
export interface RoleDraft {
  name: string;
  code: string;
  grants: Grant[];
}

export function draftOf(role: Role, name: string): RoleDraft {
  return { name, code: role.code, grants: role.grants.map(grant => ({ right: grant.right, conditions: { ...grant.conditions } })) };
}

/** Nobody works without signing in: a new role begins with that. */
export const EMPTY_DRAFT: RoleDraft = { name: '', code: '', grants: [{ right: 'session.use', conditions: {} }] };

export function hasChanged(draft: RoleDraft, before: RoleDraft): boolean {
  return draft.name.trim() !== before.name.trim() || keys(draft.grants) !== keys(before.grants);
}

function keys(grants: readonly Grant[]): string {
  return grants.map(grantKey).sort().join('\n');
}

export function withRight(grants: readonly Grant[], right: string): Grant[] {
  return [...grants, { right, conditions: {} }];
}

export function withoutRight(grants: readonly Grant[], right: string): Grant[] {
  return grants.filter(grant => grant.right !== right);
}

export function withConditions(grants: readonly Grant[], index: number, change: Partial<Conditions>): Grant[] {
  return grants.map((grant, place) => (place === index ? { right: grant.right, conditions: cleaned({ ...grant.conditions, ...change }) } : grant));
}

/** Without what says nothing. */
function cleaned(conditions: Conditions): Conditions {
  return Object.fromEntries(Object.entries(conditions).filter(([name, value]) => value !== undefined && value !== null && !(name === 'whose' && value === 'all')));
}

/** Why this cannot be saved yet: the key of a text. */
export function draftFault(draft: RoleDraft): string | null {
  if (!draft.name.trim()) return 'roles.fault.name';
  if (!/^[a-z][a-z0-9_]{1,39}$/.test(draft.code)) return 'roles.fault.code';
  if (draft.grants.length === 0) return 'roles.fault.grants';
  if (draft.grants.some(({ conditions }) => conditions?.hours && (!conditions.hours.from || conditions.hours.from === conditions.hours.until))) return 'roles.fault.hours';
  if (new Set(draft.grants.map(grantKey)).size < draft.grants.length) return 'roles.fault.twice';
  return null;
}

const LETTERS: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', ғ: 'gh', д: 'd', е: 'e', ё: 'yo', ж: 'zh', з: 'z', и: 'i', ӣ: 'i', й: 'y', к: 'k', қ: 'q', л: 'l', м: 'm', н: 'n', о: 'o',
  п: 'p', р: 'r', с: 's', т: 't', у: 'u', ӯ: 'u', ф: 'f', х: 'kh', ҳ: 'h', ц: 'ts', ч: 'ch', ҷ: 'j', ш: 'sh', щ: 'shch', ы: 'y', э: 'e', ю: 'yu', я: 'ya',
};

/** A code from a name in any of the three languages: «Старший смены» → `starshiy_smeny`. */
export function codeFrom(name: string): string {
  const latin = [...name.toLowerCase()].map(letter => LETTERS[letter] ?? letter).join('');
  return latin.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40).replace(/_+$/, '');
}

/** Regions that were written with commas between them; none is no condition. */
export function regionsOf(text: string): string[] | null {
  const regions = [...new Set(text.split(',').map(part => part.trim()).filter(Boolean))];
  return regions.length > 0 ? regions : null;
}

/** A time as it is typed: 9, 930, 09:30; null when it is none. */
export function timeOfDay(text: string): string | null {
  const [, hours = '', minutes = '00'] = /^\s*(\d{1,2})[:. ]?(\d{2})?\s*$/.exec(text) ?? [];
  return hours && Number(hours) < 24 && Number(minutes) < 60 ? `${hours.padStart(2, '0')}:${minutes}` : null;
}
