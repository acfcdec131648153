import { differenceOf } from './difference';

describe('what an act changed', () => {
  it('names fields that differ, and only those', () => {
    expect(differenceOf({ region: 'Сино', outsourced: false }, { region: 'Хатлон', outsourced: false })).toEqual([
      { field: 'region', before: 'Сино', after: 'Хатлон', added: [], removed: [] },
    ]);
  });

  it('says what came to a list and what went', () => {
    expect(differenceOf({ roles: ['agent', 'sales'] }, { roles: ['agent', 'supervisor'] })).toEqual([
      { field: 'roles', before: 'agent, sales', after: 'agent, supervisor', added: ['supervisor'], removed: ['sales'] },
    ]);
  });

  it('knows what was made and what is gone', () => {
    expect(differenceOf(null, { name: 'Сино' })).toEqual([{ field: 'name', before: null, after: 'Сино', added: [], removed: [] }]);
    expect(differenceOf({ roles: ['agent'] }, null)).toEqual([{ field: 'roles', before: 'agent', after: null, added: [], removed: ['agent'] }]);
    expect(differenceOf(null, null)).toEqual([]);
  });

  it('goes into what is nested', () => {
    expect(differenceOf({ team: { name: 'А' }, n: 1 }, { team: { name: 'Б' }, n: 2 }).map(change => [change.field, change.before, change.after])).toEqual([
      ['team.name', 'А', 'Б'],
      ['n', '1', '2'],
    ]);
  });
});
