import { reconnectDelayMs } from './reconnect';

describe('the pause before a new connection', () => {
  it('doubles from 0.2 s to 5 s', () => {
    expect([0, 1, 2, 5, 20].map(attempt => reconnectDelayMs(attempt, 1))).toEqual([200, 400, 800, 5000, 5000]);
  });

  it('is spread, so that desks do not come back all at once', () => {
    expect(reconnectDelayMs(5, 0)).toBe(2500);
  });
});
