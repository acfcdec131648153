import { inject, Injectable } from '@angular/core';
import { AudioDevices } from './audio-devices';

const RATE = 24_000;
const PERIOD_S = 3;

type SinkContext = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** A made sound: two soft rising notes, then silence, until stopped. Nothing is downloaded. */
@Injectable({ providedIn: 'root' })
export class Ringtone {
  private readonly devices = inject(AudioDevices);
  private context: SinkContext | null = null;
  private source: AudioBufferSourceNode | null = null;

  start(): void {
    if (this.source) return;
    const context = this.ready();
    this.source = context.createBufferSource();
    this.source.buffer = ringBuffer(context);
    this.source.loop = true;
    this.source.connect(context.destination);
    this.source.start();
  }

  stop(): void {
    this.source?.stop();
    this.source?.disconnect();
    this.source = null;
  }

  /** One short note before a call answers itself. */
  beep(): void {
    const context = this.ready();
    const buffer = context.createBuffer(1, RATE * 0.18, RATE);
    addNote(buffer.getChannelData(0), 0, 0.16, 880, 0.3);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.start();
  }

  private ready(): AudioContext {
    const context = (this.context ??= new AudioContext() as SinkContext);
    void context.resume();
    context.setSinkId?.(this.devices.speakerId()).catch(() => undefined);
    return context;
  }
}

function ringBuffer(context: AudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, RATE * PERIOD_S, RATE);
  const samples = buffer.getChannelData(0);
  for (const at of [0, 0.5]) {
    addNote(samples, at, 0.18, 659.3, 0.35);
    addNote(samples, at + 0.16, 0.3, 880, 0.35);
  }
  return buffer;
}

function addNote(samples: Float32Array, at: number, seconds: number, hertz: number, loudness: number): void {
  const start = Math.floor(at * RATE);
  const length = Math.floor(seconds * RATE);
  for (let n = 0; n < length && start + n < samples.length; n++) {
    const rise = Math.min(1, n / (RATE * 0.012));
    const fall = Math.min(1, (length - n) / (RATE * 0.09));
    const phase = (2 * Math.PI * hertz * n) / RATE;
    const sound = Math.sin(phase) + 0.25 * Math.sin(2 * phase);
    samples[start + n] = (samples[start + n] ?? 0) + loudness * rise * fall * sound;
  }
}
