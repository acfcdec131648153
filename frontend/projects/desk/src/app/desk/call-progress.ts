import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { CallStrip } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { Segment } from '../contract/contract';
import { formatTimeWithSeconds } from '../language/dates';
import { legendEntries, momentsOf, stripParts } from './segments';

/** Where the minutes went: strip, legend, turning points. */
@Component({
  selector: 'ovoz-call-progress',
  imports: [CallStrip, TranslocoDirective],
  template: `
    <section *transloco="let t" [attr.aria-label]="t('call.progress')" data-testid="interaction-timeline">
      <ovoz-call-strip [parts]="parts()" />
      <div class="legend">
        @for (entry of legend(); track entry.phase) {
          <span [class]="'p-' + entry.phase"><i></i>{{ t('phase.' + entry.phase) }} <b>{{ duration(entry.seconds) }}</b></span>
        }
      </div>
      @if (withMoments()) {
        <ol class="marks">
          @for (moment of moments(); track $index) { <li><time>{{ time(moment.at) }}</time>{{ t(moment.key, moment.params) }}</li> }
        </ol>
      }
    </section>
  `,
  styles: `
    section { display: grid; gap: 6px; padding-block-start: 2px; }
    .marks { display: flex; flex-wrap: wrap; gap: 2px var(--ovoz-space-4); font: var(--mat-sys-body-small); color: var(--mat-sys-on-surface-variant); }
    .marks time { color: var(--ovoz-text-muted); margin-inline-end: 6px; }
    @media (min-width: 100em) { section { gap: 10px; } }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallProgress {
  private readonly clock = inject(ServerClock);
  readonly segments = input.required<readonly Segment[]>();
  readonly queueName = input<string | null>(null);
  readonly withMoments = input(true);

  // One step a second: a bar that trembles draws the eye.
  private readonly second = computed(() => Math.floor(this.clock.now() / 1000) * 1000);
  protected readonly parts = computed(() => stripParts(this.segments(), this.second()));
  protected readonly legend = computed(() => legendEntries(this.segments(), this.second()));
  protected readonly moments = computed(() => momentsOf(this.segments(), this.queueName()));
  protected readonly duration = formatDuration;
  protected readonly time = formatTimeWithSeconds;
}
