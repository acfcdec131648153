import type { RightOfPerson } from '../contract/people';
import type { Conditions } from '../contract/rights';

export interface Reason {
  /** The conditions in words; empty without any. */
  words: string;
  roles: string[];
}

/** Why a person has a right: roles under the same conditions together, and one without conditions says it all first. */
export function reasonsOf({ grants }: RightOfPerson, say: (conditions: Conditions) => string): Reason[] {
  const reasons = new Map<string, string[]>();
  for (const { role, conditions } of grants) {
    const words = say(conditions);
    reasons.set(words, [...(reasons.get(words) ?? []), role]);
  }
  return [...reasons].map(([words, roles]) => ({ words, roles })).sort((a, b) => Number(a.words !== '') - Number(b.words !== ''));
}
