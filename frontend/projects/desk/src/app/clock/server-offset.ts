/**
 * How far the server's clock is ahead of a clock of ours that never jumps.
 *
 * A time stamp reaches us late, never early, so each sample (stamp − arrival) is at most the
 * true offset; the largest of the last ones is the best. The monotonic clock keeps it right
 * when somebody sets the computer's time during a call.
 */
export class ServerOffset {
  private readonly samples: number[] = [];

  constructor(private readonly kept = 30) {}

  add(serverMs: number, monotonicMs: number): void {
    this.samples.push(serverMs - monotonicMs);
    if (this.samples.length > this.kept) this.samples.shift();
  }

  /** Server time for a moment of the monotonic clock; undefined before the first sample. */
  at(monotonicMs: number): number | undefined {
    return this.samples.length === 0 ? undefined : Math.max(...this.samples) + monotonicMs;
  }
}
