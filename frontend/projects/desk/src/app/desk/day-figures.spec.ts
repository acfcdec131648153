import type { InteractionSummary } from '../contract/contract';
import { dayFigures, dayRibbon } from './day-figures';

function call(change: Partial<InteractionSummary>): InteractionSummary {
  return {
    id: '1', channel: 'voice', direction: 'inbound', state: 'closed', caller: { number: '', hidden: true, name: null }, entry_number: '', queue: null, agent: null, agents: [],
    started_at: new Date(2026, 10, 24, 9, 30).toISOString(), answered_at: null, ended_at: new Date(2026, 10, 24, 9, 40).toISOString(), end_reason: null,
    wait_s: 0, talk_s: 0, hold_s: 0, wrap_up_s: 0, disposition: null, recording: 'none', ...change,
  };
}

describe('a day', () => {
  it('without calls has no averages', () => {
    expect(dayFigures([])).toMatchObject({ handled: 0, averageHandlingS: null, holdPercent: null });
  });

  it('counts calls without a talk as missed and leaves them out of the averages', () => {
    const figures = dayFigures([call({ talk_s: 90, hold_s: 10, wrap_up_s: 20 }), call({ talk_s: 30, wrap_up_s: 10 }), call({})]);
    expect(figures).toMatchObject({ handled: 2, missed: 1, talkS: 120, averageHandlingS: 80, averageWrapUpS: 15 });
    expect(figures.holdPercent).toBeCloseTo(7.69, 2);
  });

  it('is a ribbon of full hours with the present on it', () => {
    const ribbon = dayRibbon([call({ talk_s: 600, wrap_up_s: 60 })], new Date(2026, 10, 24, 11).getTime());
    expect(ribbon).toMatchObject({ fromHour: 9, toHour: 13, now: 50 });
    expect(ribbon?.bars.map(bar => bar.kind)).toEqual(['talk', 'wrap']);
  });
});
