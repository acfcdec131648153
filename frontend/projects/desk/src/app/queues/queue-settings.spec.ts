import { asRule, barsOf, differing, faultAt, NEW_SETTINGS, withSkill } from './queue-settings';

describe('settings of a queue', () => {
  it('differ by field, and members in any order are the same', () => {
    const before = { ...NEW_SETTINGS, members: ['a', 'b'] };
    expect(differing(before, { ...before, members: ['b', 'a'] })).toEqual([]);
    expect(differing(before, { ...before, target_s: 10, hours: { always: false, windows: [] } })).toEqual(['target_s', 'hours']);
  });

  it('draw a window over midnight on both days, Sunday into Monday too', () => {
    const windows = [{ day: 7, from: '18:00', until: '06:00' }, { day: 1, from: '12:00', until: '24:00' }];
    expect(barsOf(windows, 7)).toEqual([{ from: 75, width: 25 }]);
    expect(barsOf(windows, 1)).toEqual([{ from: 0, width: 25 }, { from: 50, width: 50 }]);
    expect(barsOf(windows, 2)).toEqual([]);
  });

  it('keep of a rule what its kind needs', () => {
    expect(asRule({ when: 'closed', then: 'voicemail', at_least: 5, to: 'vip' })).toEqual({ when: 'closed', then: 'voicemail', at_least: null, to: null });
    expect(asRule({ when: 'wait_s', then: 'queue', to: 'vip' })).toEqual({ when: 'wait_s', then: 'queue', at_least: 60, to: 'vip' });
  });

  it('find the fault of a field', () => {
    const fault = { pointer: '/rings/1/skills/magic', fault: 'skill_unknown' as const, detail: '', warning: false };
    expect(faultAt([fault], '/rings/1')).toBe(fault);
    expect(faultAt([fault], '/rings/10')).toBeUndefined();
    expect(withSkill({ after_s: 0, skills: { a: 1 }, teams: [], everyone: false }, 'a', 0).skills).toEqual({});
  });
});
