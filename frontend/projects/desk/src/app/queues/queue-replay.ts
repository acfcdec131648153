import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { QueueSettings, Replay, ReplayFigures } from '../contract/queues';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { QueuesApi } from './queues-api';

const DAY_MS = 86_400_000;
const RUNS = ['was', 'live', 'draft'] as const;

/** What if: a day that is over, as it was, played again with the settings as they are, and with the draft. */
@Component({
  selector: 'ovoz-queue-replay',
  imports: [Icon, MatButton, MatTooltip, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h3 class="h-part">{{ t('replay.title') }}</h3>
      <p class="say"><label for="replay-day">{{ t('replay.day') }}</label><input #day id="replay-day" class="input" type="date" [max]="yesterday()" [value]="yesterday()" data-testid="replay-day">
        <button matButton="outlined" class="btn-s" type="button" [disabled]="busy()" (click)="play(day.value)" data-testid="replay-play"><svg ovozIcon="play"></svg>{{ t(busy() ? 'replay.plays' : 'replay.play') }}</button></p>
      @if (problem(); as problem) { <p class="field-error" role="alert" data-testid="replay-problem"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
      @if (replay(); as replay) {
        @if (replay.contacts === 0) { <p class="small soft" data-testid="replay-empty">{{ t('replay.nothing') }}</p> }
        @else {
          <p class="small soft row row-tight" role="status">{{ t('replay.of', { contacts: replay.contacts, agents: replay.agents }) }}
            <span class="segmented push" role="group" [attr.aria-label]="t('replay.whose')"><button type="button" [attr.aria-pressed]="!everything()" (click)="everything.set(false)">{{ t('replay.this_queue') }}</button><button type="button" [attr.aria-pressed]="everything()" (click)="everything.set(true)" data-testid="replay-all">{{ t('replay.all_queues') }}</button></span></p>
          <table class="table" data-testid="replay">
            <thead><tr><th scope="col"><span class="sr">{{ t('replay.run') }}</span></th><th scope="col" [matTooltip]="t('replay.level_formula')">{{ t('replay.level') }}</th><th scope="col" [matTooltip]="t('replay.lost_formula')">{{ t('replay.lost') }}</th><th scope="col" class="num" [matTooltip]="t('replay.mean_formula')">{{ t('replay.mean') }}</th><th scope="col" class="num" [matTooltip]="t('replay.longest_formula')">{{ t('replay.longest') }}</th><th scope="col" class="num" [matTooltip]="t('replay.occupancy_formula')">{{ t('replay.occupancy') }}</th></tr></thead>
            <tbody>
              @for (run of rows(); track run.name) {
                <tr [attr.data-run]="run.name" [class.strong]="run.name === 'draft'">
                  <th scope="row" [matTooltip]="t('replay.' + run.name + '_more')">{{ t('replay.' + run.name) }}</th>
                  @if (run.figures; as figures) {
                    <td><span class="bar level" [style.--share]="figures.service_level"></span><span class="fig">{{ percent(figures.service_level) }}</span></td>
                    <td><span class="bar lost" [style.--share]="figures.abandonment"></span><span class="fig">{{ percent(figures.abandonment) }}</span></td>
                    <td class="num">{{ seconds(figures.mean_wait_s) }}</td><td class="num">{{ seconds(figures.p99_wait_s) }}</td>
                  } @else { <td colspan="4" class="soft">{{ t('replay.nobody') }}</td> }
                  <td class="num">{{ run.occupancy === null ? '—' : percent(run.occupancy) }}</td>
                </tr>
              }
            </tbody>
          </table>
          <p class="small soft">{{ t('replay.trust') }}</p>
          @if (outdated()) { <p class="field-error t-warn"><svg ovozIcon="alert" class="i-s"></svg>{{ t('replay.outdated') }}</p> }
        }
      }
    </ng-container>
  `,
  styleUrl: './queue-parts.css',
  styles: `
    :host { display: grid; gap: var(--ovoz-space-2); }
    .table th, .table td { padding-inline: var(--ovoz-space-2); }
    tbody th { font: inherit; text-align: start; }
    tr.strong th, tr.strong td { font-weight: 600; }
    td .bar { display: inline-block; width: 5rem; height: .5rem; margin-inline-end: var(--ovoz-space-2); border-radius: 4px; background: linear-gradient(to right, var(--ink) calc(var(--share) * 100%), var(--ovoz-hairline) 0); }
    .level { --ink: var(--ovoz-success); } .lost { --ink: var(--ovoz-danger); }
    .fig { font-variant-numeric: tabular-nums; }
    .segmented { margin-inline-start: auto; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueReplay {
  private readonly api = inject(QueuesApi);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  readonly code = input.required<string>();
  readonly settings = input.required<QueueSettings>();

  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly replay = signal<Replay | null>(null);
  protected readonly everything = signal(false);
  private readonly played = signal<QueueSettings | null>(null);
  protected readonly yesterday = computed(() => new Date(this.clock.now() - DAY_MS).toISOString().slice(0, 10));
  /** The draft has changed since it was played. */
  protected readonly outdated = computed(() => this.played() !== null && this.played() !== this.settings());
  protected readonly rows = computed(() => {
    const replay = this.replay();
    return replay ? RUNS.map(name => ({ name, figures: this.figuresOf(replay[name]), occupancy: replay[name].occupancy })) : [];
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
    if (!day) return;
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

  protected percent(share: number): string {
    const figure = (share * 100).toFixed(1);
    return `${this.language.locale() === 'en' ? figure : figure.replace('.', ',')} %`;
  }

  protected seconds(s: number): string {
    return formatDuration(s);
  }

  private figuresOf(run: ReplayFigures): ReplayFigures['queue'] {
    return this.everything() ? run.all : run.queue;
  }
}
