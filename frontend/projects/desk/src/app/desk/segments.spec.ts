import type { Segment, SegmentKind } from '../contract/contract';
import { legendEntries, momentsOf, stripParts } from './segments';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const AGENT = { id: 'a', name: 'Мадина' };

function segment(kind: SegmentKind, from: number, to: number | null): Segment {
  const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();
  return { kind, started_at: at(from), ended_at: to === null ? null : at(to), agent: kind === 'talk' ? AGENT : null };
}

const CALL = [segment('flow', 0, 10), segment('queue', 10, 40), segment('talk', 40, 100), segment('hold', 100, 120), segment('talk', 120, null)];

describe('segments', () => {
  it('are bars in order, the last one growing with the clock', () => {
    expect(stripParts(CALL, NOON + 150_000)).toEqual([
      { phase: 'menu', seconds: 10 }, { phase: 'wait', seconds: 30 }, { phase: 'talk', seconds: 60 }, { phase: 'hold', seconds: 20 }, { phase: 'talk', seconds: 30 },
    ]);
  });

  it('of one kind side by side are one bar, and instants are none', () => {
    const call = [segment('queue', 0, 5), segment('queue', 5, 9), segment('ring', 9, 9.1)];
    expect(stripParts(call, NOON)).toEqual([{ phase: 'wait', seconds: 9 }]);
  });

  it('add up in the legend', () => {
    expect(legendEntries(CALL, NOON + 150_000).find(entry => entry.phase === 'talk')?.seconds).toBe(90);
  });

  it('never count backwards when the clock is behind', () => {
    expect(stripParts([segment('talk', 60, null)], NOON)).toEqual([]);
  });

  it('tell talk after hold as resumed', () => {
    expect(momentsOf(CALL, 'Интернет').map(moment => moment.key)).toEqual(['moment.flow', 'moment.queue', 'moment.talk', 'moment.hold', 'moment.resumed']);
  });
});
