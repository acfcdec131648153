import { nearnessOfLimit } from './break-limit';

const MINUTE = 60_000;

describe('the limit of a break', () => {
  it('is warned of two minutes before, and in a short break a tenth of it before', () => {
    expect(nearnessOfLimit(0, 45 * MINUTE, 43 * MINUTE - 1, false)).toBe('far');
    expect(nearnessOfLimit(0, 45 * MINUTE, 43 * MINUTE, false)).toBe('near');
    expect(nearnessOfLimit(0, 10 * MINUTE, 9 * MINUTE - 1, false)).toBe('far');
    expect(nearnessOfLimit(0, 10 * MINUTE, 9 * MINUTE, false)).toBe('near');
  });

  it('is passed when the clock says so or the platform did', () => {
    expect(nearnessOfLimit(0, 10 * MINUTE, 10 * MINUTE, false)).toBe('over');
    expect(nearnessOfLimit(0, 10 * MINUTE, 9 * MINUTE, true)).toBe('over');
  });
});
