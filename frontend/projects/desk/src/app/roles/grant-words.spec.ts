import ru from '../../i18n/ru.json';
import { conditionWords, grantKey, inGroups, RIGHT_GROUPS, sameGrant } from './grant-words';

describe('the words of a grant', () => {
  it('say whose and then what else must hold', () => {
    const words = conditionWords({ whose: 'team', regions: ['Сино'], outsourced: false, corporate: true, hours: { from: '08:00', until: '20:00' } }, true);
    expect(words.map(word => word.key)).toEqual(['whose.team', 'condition.regions', 'condition.staff', 'condition.corporate', 'condition.hours']);
    expect(words.every(word => word.key in ru)).toBe(true);
  });

  it('are few without conditions', () => {
    expect(conditionWords(undefined, false)).toEqual([]);
    expect(conditionWords({}, true)).toEqual([{ key: 'whose.all' }]);
  });

  it('exist for every right and every group', () => {
    for (const group of RIGHT_GROUPS) for (const right of group.rights) expect(`right.${right}` in ru, right).toBe(true);
    for (const name of [...RIGHT_GROUPS.map(group => group.name), 'other']) expect(`right_group.${name}` in ru, name).toBe(true);
  });
});

describe('grants', () => {
  it('are the same however they are written', () => {
    expect(sameGrant({ right: 'desk.use' }, { right: 'desk.use', conditions: { whose: 'all', hours: null } })).toBe(true);
    expect(grantKey({ right: 'people.read', conditions: { regions: ['Б', 'А'] } })).toBe(grantKey({ right: 'people.read', conditions: { regions: ['А', 'Б'] } }));
    expect(sameGrant({ right: 'people.read', conditions: { whose: 'own' } }, { right: 'people.read' })).toBe(false);
  });

  it('stand in groups, and none gets lost', () => {
    const groups = inGroups(['audit.read', 'something.new', 'desk.use'], right => right);
    expect(groups).toEqual([{ name: 'work', items: ['desk.use'] }, { name: 'proof', items: ['audit.read'] }, { name: 'other', items: ['something.new'] }]);
  });
});
