import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Figures } from '../contract/queues';
import { ReplayWords } from './replay-words';

export const RUNS = ['was', 'live', 'draft'] as const;

/** One run of the day; no figures: nobody was in it. */
export interface ReplayRun {
  name: (typeof RUNS)[number];
  figures: Figures | null;
  occupancy: number | null;
}

/** A day that was played: as it was, as things are, and with the draft. */
@Component({
  selector: 'ovoz-replay-runs',
  imports: [MatTooltip, TranslocoDirective],
  template: `
    <table class="table" data-testid="replay" *transloco="let t">
      <thead><tr><th scope="col"><span class="sr">{{ t('replay.run') }}</span></th><th scope="col" [matTooltip]="t(levelFormula())">{{ t('replay.level') }}</th><th scope="col" [matTooltip]="t('replay.lost_formula')">{{ t('replay.lost') }}</th><th scope="col" class="num" [matTooltip]="t('replay.mean_formula')">{{ t('replay.mean') }}</th><th scope="col" class="num" [matTooltip]="t('replay.longest_formula')">{{ t('replay.longest') }}</th><th scope="col" class="num" [matTooltip]="t('replay.occupancy_formula')">{{ t('replay.occupancy') }}</th></tr></thead>
      <tbody>
        @for (run of runs(); track run.name) {
          <tr [attr.data-run]="run.name" [class.strong]="run.name === 'draft'">
            <th scope="row" [matTooltip]="t('replay.' + run.name + '_more')">{{ t('replay.' + run.name) }}</th>
            @if (run.figures; as figures) {
              <td><span class="bar level" [style.--share]="figures.service_level"></span><span class="fig">{{ words.percent(figures.service_level) }}</span></td>
              <td><span class="bar lost" [style.--share]="figures.abandonment"></span><span class="fig">{{ words.percent(figures.abandonment) }}</span></td>
              <td class="num">{{ words.seconds(figures.mean_wait_s) }}</td><td class="num">{{ words.seconds(figures.p99_wait_s) }}</td>
            } @else { <td colspan="4" class="soft">{{ t('replay.nobody') }}</td> }
            <td class="num">{{ run.occupancy === null ? '—' : words.percent(run.occupancy) }}</td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    .table th, .table td { padding-inline: var(--ovoz-space-2); }
    tbody th { font: inherit; text-align: start; }
    tr.strong th, tr.strong td { font-weight: 600; }
    td .bar { display: inline-block; width: 5rem; height: .5rem; margin-inline-end: var(--ovoz-space-2); border-radius: 4px; background: linear-gradient(to right, var(--ink) calc(var(--share) * 100%), var(--ovoz-hairline) 0); }
    .level { --ink: var(--ovoz-success); } .lost { --ink: var(--ovoz-danger); }
    .fig { font-variant-numeric: tabular-nums; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReplayRuns {
  protected readonly words = inject(ReplayWords);

  readonly runs = input.required<readonly ReplayRun[]>();
  readonly levelFormula = input.required<string>();
}
