import { signal } from '@angular/core';
import { type LineQuality, lineQuality, type LineSample, readLineSample } from './line-quality';

const LOOK_EVERY_MS = 1000;
const SILENT_AFTER_LOOKS = 3;

/** Looks at a peer connection's counters every second while a call runs over it. */
export class LineWatch {
  private readonly current = signal<LineQuality | null>(null);
  private readonly nothingHeard = signal(false);
  private timer: ReturnType<typeof setInterval> | undefined;
  private last: LineSample | null = null;
  private silentLooks = 0;

  readonly quality = this.current.asReadonly();
  /** No packet came for some seconds. */
  readonly silent = this.nothingHeard.asReadonly();

  start(peer: () => RTCPeerConnection | null): void {
    this.stop();
    this.timer = setInterval(() => void this.look(peer()), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.last = null;
    this.silentLooks = 0;
    this.current.set(null);
    this.nothingHeard.set(false);
  }

  private async look(peer: RTCPeerConnection | null): Promise<void> {
    const timer = this.timer;
    const report = await peer?.getStats();
    if (!report || timer !== this.timer) return;
    const sample = readLineSample(report, performance.now());
    if (sample && this.last) {
      const quality = lineQuality(this.last, sample);
      this.silentLooks = quality ? 0 : this.silentLooks + 1;
      if (quality || this.silentLooks >= SILENT_AFTER_LOOKS) this.current.set(quality);
      this.nothingHeard.set(this.silentLooks >= SILENT_AFTER_LOOKS);
    }
    this.last = sample;
  }
}
