import { lineQuality, type LineSample, meanOpinionScore, qualityWord } from './line-quality';

const sample = (change: Partial<LineSample>): LineSample => ({ atMs: 0, packetsReceived: 0, packetsLost: 0, jitterS: 0, roundTripS: 0.02, ...change });

describe('line quality', () => {
  it('is excellent on a clean line', () => {
    expect(lineQuality(sample({}), sample({ packetsReceived: 50, jitterS: 0.002 }))).toMatchObject({ word: 'excellent', level: 4, lossPercent: 0, roundTripMs: 20 });
  });

  it('counts only what was lost since the last look', () => {
    const quality = lineQuality(sample({ packetsReceived: 1000, packetsLost: 500 }), sample({ packetsReceived: 1045, packetsLost: 505 }));
    expect(quality?.lossPercent).toBe(10);
  });

  it('is unknown while nothing comes', () => {
    expect(lineQuality(sample({ packetsReceived: 9 }), sample({ packetsReceived: 9 }))).toBeNull();
  });

  it('falls with delay and loss and stays between 1 and 4.5', () => {
    expect(meanOpinionScore(600, 40, 0)).toBeLessThan(meanOpinionScore(60, 4, 0));
    expect(meanOpinionScore(0, 0, 100)).toBe(1);
    expect(qualityWord(meanOpinionScore(400, 30, 12))).toBe('poor');
  });
});
