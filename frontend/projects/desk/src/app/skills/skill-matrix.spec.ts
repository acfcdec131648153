import type { AgentSkills, Skill } from '../contract/skills';
import { changesOf, copied, type Draft, filled, inOrder, levelOf, pasted, rebased, savedLevel, sheetOf, withLevel } from './skill-matrix';

const skill = (id: string): Skill => ({ id, code: id, names: { ru: id, tg: id, en: id }, position: 0, archived: false, people: 0, version: 1 });
const agent = (id: string, levels: Record<string, number>, more: Partial<AgentSkills> = {}): AgentSkills => ({
  user_id: id, name: id, team: null, may_change: true, levels: Object.entries(levels).map(([skill_id, level]) => ({ skill_id, level })), changed_at: null, changed_by: null, ...more,
});
const NONE: Draft = new Map();
const SKILLS = [skill('s'), skill('t')];
const FIRST = agent('a', { s: 3 });
const AGENTS = [FIRST, agent('b', {}), agent('c', { t: 5 }, { may_change: false })];
const ALL = { from: { row: 2, column: 1 }, to: { row: 0, column: 0 } };

describe('a draft of levels', () => {
  it('holds only what differs from what is saved, of those who may be changed', () => {
    const draft = filled(NONE, ALL, AGENTS, SKILLS, 3);
    expect([...draft]).toEqual([['a/t', 3], ['b/s', 3], ['b/t', 3]]);
    expect(changesOf(draft, AGENTS)).toContainEqual({ user_id: 'a', skill_id: 't', was: 0, level: 3 });
    expect(filled(draft, ALL, AGENTS, SKILLS, 0).get('a/s')).toBe(0);
    expect(withLevel(withLevel(NONE, FIRST, 's', 4), FIRST, 's', 3).size).toBe(0);
  });

  it('takes a block from a spreadsheet, and counts what it could not take', () => {
    const at = { from: { row: 0, column: 0 }, to: { row: 0, column: 0 } };
    const { draft, left } = pasted(NONE, at, AGENTS, SKILLS, '5\t\r\n6\t2\t1\n1\t1\n');
    expect([...draft]).toEqual([['a/s', 5], ['b/t', 2]]);
    expect(left).toBe(4);
    expect([...pasted(NONE, ALL, AGENTS, SKILLS, '4').draft.keys()]).toEqual(['a/s', 'a/t', 'b/s', 'b/t']);
    expect(copied(draft, ALL, AGENTS, SKILLS)).toBe('5\t\n\t2\n\t5');
  });

  it('reads levels as they are typed', () => {
    expect(['', ' 0', '5', '6', '-1', '2.0', 'x'].map(levelOf)).toEqual([0, 0, 5, null, null, null, null]);
  });

  it('finds what somebody else changed meanwhile', () => {
    const draft: Draft = new Map([['a/s', 5], ['b/s', 2], ['b/t', 1], ['gone/s', 1]]);
    const now = [agent('a', { s: 4 }), agent('b', { s: 2 })];
    const found = rebased(draft, AGENTS, now);
    expect(found.conflicts.map(({ key, was, now: is, mine }) => [key, was, is, mine])).toEqual([['a/s', 3, 4, 5]]);
    expect([...found.draft]).toEqual([['a/s', 5], ['b/t', 1]]);
  });
});

describe('the table of agents', () => {
  it('stands in the chosen order', () => {
    const agents = [agent('б', { s: 1 }, { team: { id: '1', name: 'Я' } }), agent('а', { s: 5 }), agent('в', {}, { team: { id: '2', name: 'А' } })];
    const names = (order: Parameters<typeof inOrder>[1]) => inOrder(agents, order).map(one => one.name).join('');
    expect([names('name'), names('team'), names('skill:s')]).toEqual(['абв', 'вба', 'абв']);
    expect(agents.map(one => savedLevel(one, 's'))).toEqual([1, 5, 0]);
  });

  it('goes out without formulas', () => {
    const [, row] = sheetOf([agent('1', { s: 2 }, { name: '=HYPERLINK("x")', team: { id: '1', name: '+А, Б' } })], SKILLS, NONE).split('\r\n');
    expect(row).toBe(`1,"'=HYPERLINK(""x"")","'+А, Б",2,0`);
  });
});
