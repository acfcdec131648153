/** The platform's rules (`platform/identity/rules.py`): length counts, no mixture of kinds is asked for. */
export const SHORTEST = 12;
const FEWEST_CHARACTERS = 5;
const SHORTEST_WORD = 4;

export interface Rule {
  name: 'length' | 'variety' | 'own_words';
  met: boolean;
}

/** Which rules hold. `ownWords`: name, address, operator: what anybody would try for this person. */
export function rulesOf(password: string, ownWords: readonly string[]): Rule[] {
  const lower = password.toLowerCase();
  const words = ownWords.flatMap(said => said.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter(word => word.length >= SHORTEST_WORD);
  return [
    { name: 'length', met: [...password].length >= SHORTEST },
    { name: 'variety', met: new Set(lower).size >= FEWEST_CHARACTERS },
    { name: 'own_words', met: password !== '' && !words.some(word => lower.includes(word)) },
  ];
}

export type Strength = 0 | 1 | 2 | 3;

/** How hard it is to guess: 0 not to be used, 1 just enough, 2 good, 3 excellent. */
export function strengthOf(password: string, ownWords: readonly string[]): Strength {
  if (rulesOf(password, ownWords).some(rule => !rule.met)) return 0;
  const size = [...password].length;
  const variety = new Set(password.toLowerCase()).size;
  if (size >= 20 && variety >= 10) return 3;
  return size >= 15 && variety >= 8 ? 2 : 1;
}
