import { ServerOffset } from './server-offset';

describe('ServerOffset', () => {
  it('knows nothing before the first stamp', () => {
    expect(new ServerOffset().at(100)).toBeUndefined();
  });

  it('trusts the stamp that came with the least delay', () => {
    const offset = new ServerOffset();
    offset.add(1_000_000, 500); // 300 ms late
    offset.add(1_001_000, 1_200); // on time
    offset.add(1_002_000, 2_900); // 700 ms late
    expect(offset.at(3_200)).toBe(1_003_000);
  });

  it('forgets old stamps, so that a server set back is followed', () => {
    const offset = new ServerOffset(2);
    offset.add(2_000_000, 0);
    offset.add(1_000_100, 100);
    offset.add(1_000_200, 200);
    expect(offset.at(300)).toBe(1_000_300);
  });
});
