import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Figures } from '../contract/queues';
import { ReplayWords } from './replay-words';

/** Some calls of the day, as things are and with the draft; no figures: none of them in that run. */
export interface ReplayChange {
  name: string;
  calls: number;
  more?: string;
  live: Figures | null;
  draft: Figures | null;
}

/** What a draft changes for whom: a line for each queue, or each rule. */
@Component({
  selector: 'ovoz-replay-changes',
  imports: [MatTooltip, TranslocoDirective],
  template: `
    <table class="table" *transloco="let t">
      <caption class="sr">{{ title() }}</caption>
      <thead><tr><th scope="col">{{ title() }}</th><th scope="col" class="num">{{ t('replay.calls') }}</th><th scope="col" class="num">{{ t('replay.level') }}</th><th scope="col" class="num">{{ t('replay.lost') }}</th><th scope="col" class="num">{{ t('replay.mean') }}</th></tr></thead>
      <tbody>
        @for (change of changes(); track change.name) {
          <tr [attr.data-name]="change.name" data-testid="replay-change">
            <th scope="row">{{ change.name }}</th><td class="num" [matTooltip]="change.more ?? ''">{{ change.calls }}</td>
            @if (change.live || change.draft) {
              <td class="num">{{ share(change.live?.service_level) }} → <span class="strong">{{ share(change.draft?.service_level) }}</span></td>
              <td class="num">{{ share(change.live?.abandonment) }} → <span class="strong">{{ share(change.draft?.abandonment) }}</span></td>
              <td class="num">{{ wait(change.live?.mean_wait_s) }} → <span class="strong">{{ wait(change.draft?.mean_wait_s) }}</span></td>
            } @else { <td colspan="3" class="soft">{{ t('replay.no_call') }}</td> }
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    .table { table-layout: fixed; }
    .table th:first-child { width: 36%; } .table th:nth-child(2) { width: 4.5rem; }
    .table th, .table td { padding-inline: var(--ovoz-space-2); }
    tbody th { font: inherit; text-align: start; overflow-wrap: anywhere; }
    td.num { white-space: nowrap; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReplayChanges {
  private readonly words = inject(ReplayWords);

  readonly title = input.required<string>();
  readonly changes = input.required<readonly ReplayChange[]>();

  protected share(share: number | undefined): string {
    return share === undefined ? '—' : this.words.percent(share);
  }

  protected wait(s: number | undefined): string {
    return s === undefined ? '—' : this.words.seconds(s);
  }
}
