import type { AgentDay } from '../contract/contract';
import { dayRibbon, timeInStates } from './day-figures';

type Stretch = AgentDay['ribbon'][number];

const stretch = (state: Stretch['state'], started_at: string, ended_at: string | null): Stretch => ({ state, reason: null, started_at, ended_at });

function day(change: Partial<AgentDay>): AgentDay {
  return {
    date: '2026-11-25', time_zone: 'Asia/Dushanbe', starts_at: '2026-11-24T19:00:00Z', ends_at: '2026-11-25T19:00:00Z', at: '2026-11-25T06:00:00Z',
    handled: 0, missed: 0, aht_s: null, average_talk_s: null, average_hold_s: null, average_wrap_up_s: null, occupancy: null, worked_s: 0,
    states: {}, ribbon: [], limits_passed: [], ...change,
  };
}

describe('my day', () => {
  it('is no ribbon before I was there', () => {
    expect(dayRibbon(day({ ribbon: [stretch('offline', '2026-11-24T19:00:00Z', null)] }), Date.parse('2026-11-25T06:00:00Z'))).toBeNull();
  });

  it('is a ribbon of full hours in the zone of the operator, with the present on it', () => {
    const ribbon = dayRibbon(day({ ribbon: [
      stretch('offline', '2026-11-24T19:00:00Z', '2026-11-25T04:30:00Z'), stretch('ready', '2026-11-25T04:30:00Z', '2026-11-25T05:00:00Z'), stretch('talking', '2026-11-25T05:00:00Z', null),
    ] }), Date.parse('2026-11-25T06:00:00Z'));
    expect(ribbon?.hours.map(hour => hour.label)).toEqual(['9:00', '10:00', '11:00', '12:00', '13:00']);
    expect(ribbon?.bars.map(({ state, from, width, seconds }) => [state, from, width, seconds])).toEqual([['ready', 12.5, 12.5, 1800], ['talking', 25, 25, 3600]]);
    expect(ribbon?.now).toBe(50);
  });

  it('shows the hour that comes twice twice', () => {
    const long = day({
      time_zone: 'Europe/Berlin', starts_at: '2026-10-24T22:00:00Z', ends_at: '2026-10-25T23:00:00Z',
      ribbon: [stretch('ready', '2026-10-24T22:00:00Z', null)],
    });
    expect(dayRibbon(long, Date.parse('2026-10-25T02:30:00Z'))?.hours.map(hour => hour.label)).toEqual(['0:00', '1:00', '2:00', '2:00', '3:00', '4:00']);
    expect(dayRibbon(long, Date.parse('2026-10-25T22:59:00Z'))?.hours.at(-1)?.label).toBe('23:00');
  });

  it('adds to the state that lasts what came since it was read', () => {
    const read = day({ states: { offline: 100, ready: 60, talking: 30 }, ribbon: [stretch('ready', '2026-11-25T05:59:00Z', '2026-11-25T05:59:30Z'), stretch('talking', '2026-11-25T05:59:30Z', null)] });
    expect(timeInStates(read, Date.parse('2026-11-25T06:01:00Z'))).toEqual([{ state: 'talking', seconds: 90 }, { state: 'ready', seconds: 60 }]);
  });
});
