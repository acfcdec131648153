import { codeFrom, draftOf, faultsOf, moved, NEW_DRAFT, rulesOf } from './break-draft';

const NAMES = { ru: 'Обед', tg: 'Хӯрок', en: 'Lunch' };

describe('the form of a reason for a break', () => {
  it('keeps what the platform said, whole minutes or not', () => {
    for (const limit_s of [null, 90, 2700]) {
      const rules = { names: NAMES, limit_s, at_once: limit_s ? 3 : null, needs_approval: true };
      const draft = draftOf({ ...rules, code: 'lunch', archived: false, version: 1 });
      expect(rulesOf(draft)).toEqual(rules);
      expect(faultsOf(draft, false).size).toBe(0);
    }
  });

  it('says which fields are missing or wrong', () => {
    expect([...faultsOf(NEW_DRAFT, true)]).toEqual(['ru', 'tg', 'en', 'code']);
    const wrong = { ...NEW_DRAFT, ...NAMES, minutes: '0', atOnce: '1.5' };
    expect([...faultsOf(wrong, false)]).toEqual(['minutes', 'atOnce']);
    expect(faultsOf({ ...wrong, minutes: 'ten', atOnce: '' }, false)).toEqual(new Set(['minutes']));
  });

  it('takes a comma for a point', () => {
    expect(rulesOf({ ...NEW_DRAFT, minutes: '1,5' }).limit_s).toBe(90);
  });

  it('makes a code of the English name', () => {
    expect(codeFrom(' 2 Team meeting! ')).toBe('team_meeting');
    expect(codeFrom('Обед')).toBe('');
  });

  it('moves one place and never out of the list', () => {
    expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
    expect(moved(['a', 'b', 'c'], 'c', 1)).toEqual(['a', 'b', 'c']);
  });
});
