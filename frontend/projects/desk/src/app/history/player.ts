import { ChangeDetectionStrategy, Component, computed, type ElementRef, inject, input, linkedSignal, signal, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { Language } from '../language/language';
import { AudioDevices } from '../phone/audio-devices';

const SPEEDS = [1, 1.25, 1.5, 2];

/** Plays a recording; it is fetched by ranges, so a jump loads only what is heard. */
@Component({
  selector: 'ovoz-player',
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="player" *transloco="let t" data-testid="history-player" [attr.data-playing]="playing()">
      <audio #audio preload="metadata" [src]="source()" (play)="playing.set(true)" (pause)="playing.set(false)" (timeupdate)="position.set(audio.currentTime)" (seeking)="position.set(audio.currentTime)" (durationchange)="learnLength(audio.duration)" (error)="failed.set(true)"></audio>
      <button type="button" class="play" (click)="toggle()" [attr.aria-label]="t(playing() ? 'player.pause' : 'player.play')" data-testid="history-play"><svg [ovozIcon]="playing() ? 'pause' : 'play'" class="i-l"></svg></button>
      <div class="line">
        <input #seek type="range" min="0" step="0.1" [max]="length()" [value]="position()" [style.--done.%]="percent()" [style.--gaps]="gapStripes()" (input)="jump(+seek.value)" [attr.aria-label]="t('player.seek')" [attr.aria-valuetext]="t('player.at', { at: at(), all: all() })" data-testid="history-seek">
        <div class="row times"><span data-testid="history-position">{{ at() }}</span><span class="push muted">{{ all() }}@if (size(); as size) { · {{ t(size.key, { n: size.n }) }}}</span></div>
      </div>
      <button type="button" class="speed" (click)="faster()" [attr.aria-label]="t('player.speed', { n: speed() })" data-testid="history-speed">{{ speed() }}×</button>
    </div>
    @if (gaps().length > 0) { <p class="small soft gaps" *transloco="let t" data-testid="history-gaps"><svg ovozIcon="shield" class="i-s"></svg>{{ t('player.gaps', { at: gapTimes() }) }}</p> }
    @if (failed()) { <p class="small t-danger" role="alert" *transloco="let t">{{ t('player.error') }}</p> }
  `,
  styles: `
    .player { display: flex; align-items: center; gap: var(--ovoz-space-3); padding-block: var(--ovoz-space-1); }
    .play { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; flex: none; border: 0; border-radius: 50%; background: var(--mat-sys-primary); color: var(--mat-sys-on-primary); }
    .play:hover { filter: brightness(0.94); }
    .line { flex: 1; min-width: 0; padding-block-start: 6px; }
    .times { font: var(--mat-sys-label-small); margin-block-start: 2px; }
    .speed { min-width: 3rem; min-height: var(--ovoz-control-small); padding: 0 var(--ovoz-space-1); border: 1px solid var(--ovoz-field-outline); border-radius: var(--mat-sys-corner-small); background: none; font: var(--mat-sys-label-medium); }
    .speed:hover { background: var(--ovoz-hover); }
    input { appearance: none; display: block; width: 100%; height: 1rem; margin: 0; background: none; cursor: pointer; border-radius: var(--mat-sys-corner-extra-small); }
    input::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--gaps, none), linear-gradient(to right, var(--mat-sys-primary) var(--done, 0%), var(--ovoz-track) var(--done, 0%)); }
    .gaps { display: flex; align-items: center; gap: 6px; }
    input::-moz-range-track { height: 4px; border-radius: 2px; background: var(--ovoz-track); }
    input::-moz-range-progress { height: 4px; border-radius: 2px; background: var(--mat-sys-primary); }
    input::-webkit-slider-thumb { appearance: none; width: 14px; height: 14px; margin-block-start: -5px; border-radius: 50%; background: var(--mat-sys-primary); }
    input::-moz-range-thumb { width: 14px; height: 14px; border: 0; border-radius: 50%; background: var(--mat-sys-primary); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Player {
  private readonly devices = inject(AudioDevices);
  private readonly language = inject(Language);
  private readonly audio = viewChild.required<ElementRef<HTMLAudioElement>>('audio');

  readonly recordingId = input.required<string>();
  /** What the platform says; the file's own length counts once it is known. */
  readonly durationS = input.required<number>();
  readonly sizeBytes = input<number | null>(null);
  /** Where nothing was recorded, because a card's number was said. */
  readonly gaps = input<readonly { from_s: number; until_s: number }[]>([]);

  protected readonly source = computed(() => `/api/recordings/${encodeURIComponent(this.recordingId())}/audio`);
  protected readonly length = linkedSignal(() => this.durationS());
  protected readonly playing = signal(false);
  protected readonly failed = signal(false);
  protected readonly position = signal(0);
  protected readonly speed = signal(1);
  protected readonly percent = computed(() => (this.length() > 0 ? Math.min(100, (100 * this.position()) / this.length()) : 0));
  protected readonly gapTimes = computed(() => this.gaps().map(gap => `${formatDuration(gap.from_s)}–${formatDuration(gap.until_s)}`).join(', '));
  protected readonly gapStripes = computed(() => {
    const share = (seconds: number) => `${Math.min(100, (100 * seconds) / Math.max(1, this.length()))}%`;
    const stripes = this.gaps().flatMap(({ from_s, until_s }) => [`transparent ${share(from_s)}`, `var(--ovoz-danger) ${share(from_s)}`, `var(--ovoz-danger) ${share(until_s)}`, `transparent ${share(until_s)}`]);
    return stripes.length > 0 ? `linear-gradient(to right, ${stripes.join(', ')})` : 'none';
  });
  protected readonly at = computed(() => formatDuration(this.position()));
  protected readonly all = computed(() => formatDuration(this.length()));
  protected readonly size = computed(() => {
    const bytes = this.sizeBytes();
    if (bytes === null) return null;
    return bytes < 1_000_000 ? { key: 'unit.kb', n: Math.max(1, Math.round(bytes / 1000)) } : { key: 'unit.mb', n: this.language.number(bytes / 1_000_000, 1) };
  });

  protected async toggle(): Promise<void> {
    const audio = this.audio().nativeElement;
    if (!audio.paused) {
      audio.pause();
      return;
    }
    this.failed.set(false);
    await this.devices.playThroughSpeaker(audio);
    audio.playbackRate = this.speed();
    try {
      await audio.play();
    } catch (error) {
      // A pause pressed before the first sound ends the promise too.
      this.failed.set(!(error instanceof DOMException && error.name === 'AbortError'));
    }
  }

  protected jump(seconds: number): void {
    this.position.set(seconds);
    this.audio().nativeElement.currentTime = seconds;
  }

  protected faster(): void {
    const next = SPEEDS[(SPEEDS.indexOf(this.speed()) + 1) % SPEEDS.length] ?? 1;
    this.speed.set(next);
    this.audio().nativeElement.playbackRate = next;
  }

  protected learnLength(seconds: number): void {
    if (Number.isFinite(seconds) && seconds > 0) this.length.set(seconds);
  }
}
