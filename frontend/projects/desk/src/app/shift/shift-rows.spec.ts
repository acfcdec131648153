import type { Member } from '../contract/contract';
import { inOrder, isShown, occupancyOf, openWishes } from './shift-rows';

const AT = '2026-11-25T09:00:00Z';
const NOW = Date.parse('2026-11-25T09:10:00Z');
const member = (id: string, change: Partial<Member> = {}): Member => ({
  id, name: id, state: 'ready', reason: null, since: AT, next: null, queue: null, interaction_id: null, held: false, signed_in_at: AT,
  worked_s: 0, ready_s: 0, break_until: null, break_over: false, wish: null, team: null, may_decide: true, ...change,
});

describe('the rows of the shift', () => {
  it('have what passed its limit on top, the longest first', () => {
    const rows = [
      member('ready'), member('talks', { state: 'talking' }), member('gone', { state: 'offline' }),
      member('late', { state: 'break', break_over: true, break_until: '2026-11-25T09:08:00Z' }),
      member('later', { state: 'break', break_over: true, break_until: '2026-11-25T09:01:00Z' }),
      member('silent', { state: 'not_answering' }),
    ];
    expect(inOrder(rows).map(row => row.id)).toEqual(['later', 'late', 'silent', 'talks', 'ready', 'gone']);
  });

  it('are narrowed by team and state', () => {
    const mine = member('a', { team: { id: 't', name: 'T' } });
    expect(isShown(mine, 'duty', 't')).toBe(true);
    expect(isShown(mine, 'duty', 'u')).toBe(false);
    expect(isShown(member('b', { state: 'offline' }), 'duty', '')).toBe(false);
    expect(isShown(member('b', { state: 'offline' }), 'all', '')).toBe(true);
    expect(isShown(mine, 'break', '')).toBe(false);
  });

  it('count occupancy up to this moment', () => {
    expect(occupancyOf(member('a', { state: 'talking', worked_s: 600, ready_s: 1200 }), NOW)).toEqual({ workedS: 1200, readyS: 1200, percent: 50 });
    expect(occupancyOf(member('a', { worked_s: 600 }), NOW).percent).toBe(50);
    expect(occupancyOf(member('a', { state: 'break', worked_s: 600 }), NOW).percent).toBe(100);
    expect(occupancyOf(member('a', { state: 'break' }), NOW).percent).toBeNull();
  });

  it('put the oldest request first', () => {
    const wish = (asked_at: string) => ({ id: asked_at, reason: 'study', asked_at, until: AT });
    const rows = [member('b', { wish: wish('2026-11-25T09:02:00Z') }), member('c'), member('a', { wish: wish('2026-11-25T09:01:00Z') })];
    expect(openWishes(rows).map(row => row.id)).toEqual(['a', 'b']);
  });
});
