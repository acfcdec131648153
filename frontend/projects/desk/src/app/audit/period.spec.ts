import { isPeriod, momentsOf } from './period';

const NOW = new Date(2026, 10, 25, 14, 8);
const midnight = (day: number) => new Date(2026, 10, day).toISOString();

describe('a period', () => {
  it('begins at midnight and includes today', () => {
    expect(momentsOf('today', '', '', NOW)).toEqual({ from: midnight(25) });
    expect(momentsOf('week', '', '', NOW)).toEqual({ from: midnight(19) });
    expect(momentsOf('all', '', '', NOW)).toEqual({});
  });

  it('of chosen days includes the last one', () => {
    expect(momentsOf('days', '2026-11-03', '2026-11-04', NOW)).toEqual({ from: midnight(3), to: midnight(5) });
    expect(momentsOf('days', '', '2026-11-04', NOW)).toEqual({ from: undefined, to: midnight(5) });
  });

  it('is known by its name only', () => {
    expect([isPeriod('week'), isPeriod('year'), isPeriod(undefined)]).toEqual([true, false, false]);
  });
});
