import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { Problem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';

const DAY_MS = 86_400_000;

/** Which day is played again, and what keeps it from being played. */
@Component({
  selector: 'ovoz-replay-day',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h3 class="h-part">{{ t('replay.title') }}</h3>
      <p class="say"><label for="replay-day">{{ t('replay.day') }}</label><input #day id="replay-day" class="input" type="date" [max]="yesterday()" [value]="yesterday()" data-testid="replay-day">
        <button matButton="outlined" class="btn-s" type="button" [disabled]="busy() || blocked()" (click)="choose(day.value)" data-testid="replay-play"><svg ovozIcon="play"></svg>{{ t(busy() ? 'replay.plays' : 'replay.play') }}</button>
        @if (blocked()) { <span class="small soft">{{ t('replay.blocked') }}</span> }</p>
      @if (problem(); as problem) { <p class="field-error" role="alert" data-testid="replay-problem"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
      @if (busy()) { <p class="bones" role="status" data-testid="replay-busy"><span class="sr">{{ t('replay.plays') }}</span><span class="bone"></span><span class="bone"></span><span class="bone"></span></p> }
    </ng-container>
  `,
  styleUrl: '../queues/queue-parts.css',
  styles: `
    :host { display: grid; gap: var(--ovoz-space-2); }
    .bones { display: grid; gap: 6px; margin: 0; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReplayDay {
  private readonly clock = inject(ServerClock);
  protected readonly text = inject(ProblemText);

  readonly busy = input(false);
  /** The draft is none that could be played. */
  readonly blocked = input(false);
  readonly problem = input<Problem | null>(null);
  readonly chosen = output<string>();

  protected readonly yesterday = computed(() => new Date(this.clock.now() - DAY_MS).toISOString().slice(0, 10));

  protected choose(day: string): void {
    if (day) this.chosen.emit(day);
  }
}
