import { rulesOf, strengthOf } from './password-rules';

const OWN = ['Мадина Саидова', 'madina@somon.example', 'Сомон Мобайл'];
const unmet = (password: string) => rulesOf(password, OWN).filter(rule => !rule.met).map(rule => rule.name);

describe('the rules of a password', () => {
  it.each([
    ['', ['length', 'variety', 'own_words']],
    ['короткий', ['length']],
    ['аааааааааааааа', ['variety']],
    ['МадинаСаидова2026', ['own_words']],
    ['my-somon-example', ['own_words']],
    ['тихая гавань 7', []],
  ])('%s breaks %o', (password, names) => {
    expect(unmet(password)).toEqual(names);
  });

  it.each([
    ['тихая', 0],
    ['тихая гавань', 1],
    ['тихая гавань у моря', 2],
    ['тихая гавань у моря и два весла', 3],
  ])('%s has the strength %i', (password, strength) => {
    expect(strengthOf(password, OWN)).toBe(strength);
  });
});
