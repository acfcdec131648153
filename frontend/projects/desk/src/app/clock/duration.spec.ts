import { formatDuration, formatTimer } from './duration';

describe('durations', () => {
  it.each([
    [-3, '0:00'], [0, '0:00'], [59.9, '0:59'], [60, '1:00'], [3599, '59:59'], [3600, '1:00:00'], [7385, '2:03:05'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('keeps the width of a timer through the first hour', () => {
    expect([formatTimer(5), formatTimer(725)]).toEqual(['00:05', '12:05']);
  });
});
