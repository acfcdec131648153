import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { QueueSettings, Replay } from '../contract/queues';
import { type Problem, toProblem } from '../problems/problem';
import { ReplayDay } from '../replay/replay-day';
import { type ReplayRun, ReplayRuns, RUNS } from '../replay/replay-runs';
import { QueuesApi } from './queues-api';

/** What if: a day that is over, as it was, played again with the settings as they are, and with the draft. */
@Component({
  selector: 'ovoz-queue-replay',
  imports: [Icon, ReplayDay, ReplayRuns, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ovoz-replay-day [busy]="busy()" [problem]="problem()" (chosen)="play($event)" />
      @if (replay(); as replay) {
        @if (replay.contacts === 0) { <p class="small soft" data-testid="replay-empty">{{ t('replay.nothing') }}</p> }
        @else {
          <p class="small soft row row-tight" role="status">{{ t('replay.of', { contacts: replay.contacts, agents: replay.agents }) }}
            <span class="segmented push" role="group" [attr.aria-label]="t('replay.whose')"><button type="button" [attr.aria-pressed]="!everything()" (click)="everything.set(false)">{{ t('replay.this_queue') }}</button><button type="button" [attr.aria-pressed]="everything()" (click)="everything.set(true)" data-testid="replay-all">{{ t('replay.all_queues') }}</button></span></p>
          <ovoz-replay-runs [runs]="runs()" levelFormula="replay.level_formula" />
          <p class="small soft">{{ t('replay.trust') }}</p>
          @if (outdated()) { <p class="field-error t-warn"><svg ovozIcon="alert" class="i-s"></svg>{{ t('replay.outdated') }}</p> }
        }
      }
    </ng-container>
  `,
  styleUrl: './queue-parts.css',
  styles: `
    :host { display: grid; gap: var(--ovoz-space-2); }
    .segmented { margin-inline-start: auto; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueReplay {
  private readonly api = inject(QueuesApi);

  readonly code = input.required<string>();
  readonly settings = input.required<QueueSettings>();

  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly replay = signal<Replay | null>(null);
  protected readonly everything = signal(false);
  private readonly played = signal<QueueSettings | null>(null);
  /** The draft has changed since it was played. */
  protected readonly outdated = computed(() => this.played() !== null && this.played() !== this.settings());
  protected readonly runs = computed<ReplayRun[]>(() => {
    const replay = this.replay();
    return replay ? RUNS.map(name => ({ name, figures: this.everything() ? replay[name].all : replay[name].queue, occupancy: replay[name].occupancy })) : [];
  });

  constructor() {
    // Another queue has its own day.
    effect(() => {
      this.code();
      untracked(() => {
        this.replay.set(null);
        this.played.set(null);
        this.problem.set(null);
      });
    });
  }

  protected async play(day: string): Promise<void> {
    const settings = this.settings();
    this.busy.set(true);
    this.problem.set(null);
    try {
      this.replay.set(await this.api.replay(day, this.code(), settings));
      this.played.set(settings);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
