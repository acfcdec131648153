import type { PersonalKind } from '../contract/reveals';

export type PersonalValues = Partial<Record<PersonalKind, string | null>>;

/** What a mask leaves has dots in it (`platform/privacy/rules/masks.py`). */
export function isMasked(value: string | null | undefined): boolean {
  return value?.includes('•') ?? false;
}

/** All kinds that a card shows: who gives a reason once is not asked again for the next field. */
export function kindsOf(values: PersonalValues): PersonalKind[] {
  return Object.keys(values) as PersonalKind[];
}

/** The text that offers to show what is masked; null when nothing is. */
export function offerKey(values: PersonalValues): string | null {
  const masked = kindsOf(values).filter(kind => isMasked(values[kind]));
  if (masked.length === 0) return null;
  return masked.includes('name') && masked.includes('phone') ? 'reveal.offer.all' : `reveal.offer.${masked[0]}`;
}
