import { DestroyRef, inject, Injectable, signal } from '@angular/core';

export type MicrophoneState = 'idle' | 'asking' | 'open' | 'refused' | 'missing' | 'busy';

const MICROPHONE = 'ovoz.microphone';
const SPEAKER = 'ovoz.speaker';

type SinkElement = HTMLMediaElement & { setSinkId?: (id: string) => Promise<void> };

/**
 * Microphone and speaker. The microphone is opened once, when the page starts, and kept: a
 * browser blocks sounds until it is captured, and an answered call must not wait for a question.
 */
@Injectable({ providedIn: 'root' })
export class AudioDevices {
  private readonly microphoneState = signal<MicrophoneState>('idle');
  private readonly openStream = signal<MediaStream | null>(null);
  private readonly inputs = signal<MediaDeviceInfo[]>([]);
  private readonly outputs = signal<MediaDeviceInfo[]>([]);
  private readonly chosenMicrophone = signal(localStorage.getItem(MICROPHONE) ?? '');
  private readonly chosenSpeaker = signal(localStorage.getItem(SPEAKER) ?? '');
  private readonly loudness = signal(0);

  private opening: Promise<MediaStream | null> | null = null;
  private meter: { context: AudioContext; source: MediaStreamAudioSourceNode; analyser: AnalyserNode } | null = null;
  private meterUsers = 0;
  private meterTimer: ReturnType<typeof setInterval> | undefined;

  readonly state = this.microphoneState.asReadonly();
  readonly stream = this.openStream.asReadonly();
  readonly microphones = this.inputs.asReadonly();
  readonly speakers = this.outputs.asReadonly();
  readonly microphoneId = this.chosenMicrophone.asReadonly();
  readonly speakerId = this.chosenSpeaker.asReadonly();
  /** 0 to 1, while somebody watches. */
  readonly level = this.loudness.asReadonly();

  readonly canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

  constructor() {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    const onChange = () => void this.devicesChanged();
    media?.addEventListener('devicechange', onChange);
    inject(DestroyRef).onDestroy(() => media?.removeEventListener('devicechange', onChange));
  }

  /** The microphone's stream; null when it cannot be had (`state` says why). */
  open(): Promise<MediaStream | null> {
    const stream = this.openStream();
    if (stream?.active) return Promise.resolve(stream);
    this.opening ??= this.capture().finally(() => (this.opening = null));
    return this.opening;
  }

  async chooseMicrophone(id: string): Promise<void> {
    localStorage.setItem(MICROPHONE, id);
    this.chosenMicrophone.set(id);
    await this.capture();
  }

  chooseSpeaker(id: string): void {
    localStorage.setItem(SPEAKER, id);
    this.chosenSpeaker.set(id);
  }

  async playThroughSpeaker(element: SinkElement): Promise<void> {
    try {
      await element.setSinkId?.(this.chosenSpeaker());
    } catch {
      // the chosen speaker is gone: the default one plays
    }
  }

  /** The level is measured while at least one watcher is there. */
  watchLevel(): () => void {
    this.meterUsers++;
    if (this.meterUsers === 1) this.meterTimer = setInterval(() => this.measure(), 80);
    return () => {
      this.meterUsers--;
      if (this.meterUsers === 0) {
        clearInterval(this.meterTimer);
        this.loudness.set(0);
      }
    };
  }

  labelOf(device: MediaDeviceInfo | undefined): string {
    return (device?.label ?? '').replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '');
  }

  get microphoneLabel(): string {
    return (this.openStream()?.getAudioTracks()[0]?.label ?? '').replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '');
  }

  private async capture(): Promise<MediaStream | null> {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) {
      this.microphoneState.set('missing');
      return null;
    }
    if (!this.openStream()) this.microphoneState.set('asking');
    const id = this.chosenMicrophone();
    const wanted: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    try {
      const stream = await media.getUserMedia({ audio: id ? { ...wanted, deviceId: { ideal: id } } : wanted });
      for (const track of this.openStream()?.getTracks() ?? []) track.stop();
      stream.getAudioTracks()[0]?.addEventListener('ended', () => void this.capture());
      this.openStream.set(stream);
      this.microphoneState.set('open');
      this.listen(stream);
      await this.list();
      return stream;
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      this.microphoneState.set(name === 'NotAllowedError' ? 'refused' : name === 'NotFoundError' ? 'missing' : 'busy');
      if (!this.openStream()?.active) this.openStream.set(null);
      return null;
    }
  }

  private async devicesChanged(): Promise<void> {
    await this.list();
    if (!this.openStream()?.active && this.microphoneState() !== 'refused') await this.capture();
  }

  private async list(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.inputs.set(devices.filter(device => device.kind === 'audioinput'));
    this.outputs.set(devices.filter(device => device.kind === 'audiooutput'));
  }

  private listen(stream: MediaStream): void {
    const context = this.meter?.context ?? new AudioContext();
    this.meter?.source.disconnect();
    const source = context.createMediaStreamSource(stream);
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    source.connect(analyser);
    this.meter = { context, source, analyser };
  }

  private measure(): void {
    if (!this.meter) return;
    if (this.meter.context.state === 'suspended') void this.meter.context.resume();
    const samples = new Float32Array(this.meter.analyser.fftSize);
    this.meter.analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    const decibels = 10 * Math.log10(power + 1e-9);
    this.loudness.set(Math.max(0, Math.min(1, (decibels + 60) / 50)));
  }
}
