import { asked, difference, done, EVERY_CALLER, faultsOf, full, moved, type Names, NOTHING, thenPhrases, whenPhrases } from './rules';

const names: Names = { queue: code => `Q ${code}`, skill: code => `S ${code}`, number: number => number.slice(-3), word: (group, code) => `${group}.${code}` };
const rule = (name: string, more = {}) => ({ name, when: { ...EVERY_CALLER }, then: { ...NOTHING, ...more } });
const rules = (...all: ReturnType<typeof rule>[]) => ({ rules: all, last_agent: { within_days: 7, wait_s: 0 } });

describe('routing rules', () => {
  it('say what they ask and what they do', () => {
    const when = { ...EVERY_CALLER, vip: true, outage: false, regions: ['Хатлон', 'Согд'], languages: ['tg' as const], dialled: ['+992446000100'] };
    expect(asked(when)).toEqual(['vip', 'outage', 'regions', 'languages', 'dialled']);
    expect(whenPhrases(when, names)).toEqual([
      { key: 'routing.if.vip.yes' }, { key: 'routing.if.outage.no' }, { key: 'routing.if.regions', params: { values: ['Хатлон', 'Согд'] } },
      { key: 'routing.if.languages', params: { values: ['routing.languages.tg'] } }, { key: 'routing.if.dialled', params: { values: ['100'] } },
    ]);
    const then = { ...NOTHING, queue: 'vip', target_s: 9, account_target: true, skills: { tajik: 3, sales: 1 }, skills_for_s: 40, prefer: 'manager' as const };
    expect(done(then)).toEqual(['queue', 'target_s', 'account_target', 'skills', 'prefer']);
    expect(thenPhrases(then, names).map(phrase => phrase.key)).toEqual(['routing.do.queue', 'routing.do.account_target_else', 'routing.do.skill', 'routing.do.skill_for', 'routing.do.prefer.manager']);
    expect(done(NOTHING)).toEqual([]);
  });

  it('come whole, whatever was left out', () => {
    expect(full({ rules: [{ name: 'a' }] }).rules[0]).toEqual(rule('a'));
  });

  it('are moved within the list', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['c', 'a', 'b']);
    expect(moved(['a'], 0, 5)).toEqual(['a']);
  });

  it('have each its own faults', () => {
    const fault = (pointer: string) => ({ pointer, fault: 'does_nothing' as const, detail: '', warning: false });
    expect(faultsOf([fault('/rules/1/then'), fault('/rules/10/then'), fault('/rules/1')], 1).map(one => one.pointer)).toEqual(['/rules/1/then', '/rules/1']);
  });

  it('tell what a version changed', () => {
    const before = rules(rule('a'), rule('b'), rule('c'));
    expect(difference(before, rules(rule('c'), rule('a', { head_start_s: 5 }), rule('d')))).toEqual({ added: ['d'], removed: ['b'], changed: ['a'], reordered: true, last_agent: false });
    expect(difference(before, { ...before, last_agent: { within_days: 7, wait_s: 9 } })).toEqual({ added: [], removed: [], changed: [], reordered: false, last_agent: true });
  });
});
