import { codeFrom, draftFault, EMPTY_DRAFT, hasChanged, regionsOf, type RoleDraft, timeOfDay, withConditions, withoutRight, withRight } from './role-draft';

const draft = (change: Partial<RoleDraft> = {}): RoleDraft => ({ ...EMPTY_DRAFT, name: 'Старший смены', code: 'shift_lead', ...change });

describe('a draft of a role', () => {
  it('has changed when something else is allowed, not when it is written another way', () => {
    const before = draft({ grants: [{ right: 'people.read', conditions: { whose: 'team' } }, { right: 'desk.use', conditions: {} }] });
    expect(hasChanged(draft({ grants: [{ right: 'desk.use' }, { right: 'people.read', conditions: { whose: 'team', hours: null } }] }), before)).toBe(false);
    expect(hasChanged({ ...before, grants: withConditions(before.grants, 0, { whose: 'all' }) }, before)).toBe(true);
    expect(hasChanged({ ...before, name: 'Другое' }, before)).toBe(true);
  });

  it('keeps no condition that says nothing', () => {
    const grants = withConditions([{ right: 'people.read', conditions: { whose: 'team', outsourced: true } }], 0, { whose: 'all', outsourced: null });
    expect(grants).toEqual([{ right: 'people.read', conditions: {} }]);
  });

  it('gives and takes a right with all its cases', () => {
    const grants = withRight(withRight(EMPTY_DRAFT.grants, 'people.read'), 'people.read');
    expect(grants.length).toBe(3);
    expect(withoutRight(grants, 'people.read')).toEqual(EMPTY_DRAFT.grants);
  });

  it.each([
    [draft(), null],
    [draft({ name: ' ' }), 'roles.fault.name'],
    [draft({ code: '1a' }), 'roles.fault.code'],
    [draft({ grants: [] }), 'roles.fault.grants'],
    [draft({ grants: [{ right: 'desk.use', conditions: { hours: { from: '08:00', until: '08:00' } } }] }), 'roles.fault.hours'],
    [draft({ grants: [{ right: 'desk.use' }, { right: 'desk.use', conditions: {} }] }), 'roles.fault.twice'],
  ])('%o: %s', (wanted, fault) => {
    expect(draftFault(wanted)).toBe(fault);
  });
});

describe('what is typed', () => {
  it.each([['Старший смены', 'starshiy_smeny'], ['Роҳбари гурӯҳ', 'rohbari_guruh'], ['VIP 2-я линия', 'vip_2_ya_liniya'], ['!!!', '']])('%s becomes the code %s', (name, code) => {
    expect(codeFrom(name)).toBe(code);
  });

  it('becomes regions', () => {
    expect(regionsOf(' Сино, Хатлон,, Сино ')).toEqual(['Сино', 'Хатлон']);
    expect(regionsOf(' , ')).toBeNull();
  });

  it.each([['9', '09:00'], ['930', '09:30'], ['09:30', '09:30'], ['23.59', '23:59'], ['24:00', null], ['12:60', null], ['утро', null], ['', null]])('%s is the time %s', (text, time) => {
    expect(timeOfDay(text)).toBe(time);
  });
});
