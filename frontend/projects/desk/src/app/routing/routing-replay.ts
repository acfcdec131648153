import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { RoutingReplay as Replay, RoutingRules } from '../contract/routing';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { type ReplayChange, ReplayChanges } from '../replay/replay-changes';
import { ReplayDay } from '../replay/replay-day';
import { type ReplayRun, ReplayRuns, RUNS } from '../replay/replay-runs';
import { RoutingApi } from './routing-api';

/** What if: a day that is over, as it was, played again with the rules in force, and with the draft of them. */
@Component({
  selector: 'ovoz-routing-replay',
  imports: [Icon, ReplayChanges, ReplayDay, ReplayRuns, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ovoz-replay-day [busy]="busy()" [blocked]="blocked()" [problem]="problem()" (chosen)="play($event)" />
      @if (busy()) { <!-- what was played before says nothing of this day --> }
      @else if (replay(); as replay) {
        @if (replay.contacts === 0) { <p class="small soft" data-testid="replay-empty">{{ t('replay.nothing') }}</p> }
        @else {
          <p class="small row row-tight wrap" role="status"><span class="soft">{{ t('replay.of', { contacts: replay.contacts, agents: replay.agents }) }}.</span> <span data-testid="replay-otherwise">{{ replay.otherwise ? t('routing.replay.otherwise', { n: replay.otherwise, moved: replay.moved }) : t('routing.replay.same') }}</span></p>
          <ovoz-replay-runs [runs]="runs()" levelFormula="routing.replay.level_formula" />
          @if (replay.unknown) { <p class="field-error t-warn" data-testid="replay-unknown"><svg ovozIcon="alert" class="i-s"></svg>{{ t('routing.replay.unknown', { n: replay.unknown, of: replay.contacts }) }}</p> }
          @if (rules().length) { <ovoz-replay-changes [title]="t('routing.replay.rules')" [changes]="rules()" data-testid="replay-rules" /> }
          @if (queues().length) { <ovoz-replay-changes [title]="t('routing.replay.queues')" [changes]="queues()" data-testid="replay-queues" /> }
          <p class="small soft">{{ t('routing.replay.trust') }}</p>
          @if (outdated()) { <p class="field-error t-warn"><svg ovozIcon="alert" class="i-s"></svg>{{ t('replay.outdated') }}</p> }
        }
      }
    </ng-container>
  `,
  styleUrl: '../queues/queue-parts.css',
  styles: `
    :host { display: grid; gap: var(--ovoz-space-2); }
    p { margin: 0; }
    .wrap { flex-wrap: wrap; row-gap: 0; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RoutingReplay {
  private readonly api = inject(RoutingApi);
  private readonly language = inject(Language);

  readonly draft = input.required<RoutingRules>();
  /** The draft could not be put in place: it is not played either. */
  readonly blocked = input(false);

  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly replay = signal<Replay | null>(null);
  private readonly played = signal<RoutingRules | null>(null);
  protected readonly outdated = computed(() => this.played() !== null && this.played() !== this.draft());
  protected readonly runs = computed<ReplayRun[]>(() => {
    const replay = this.replay();
    return replay ? RUNS.map(name => ({ name, figures: replay[name].all, occupancy: replay[name].occupancy })) : [];
  });

  protected readonly rules = computed<ReplayChange[]>(() =>
    (this.replay()?.rules ?? []).map(({ rule, held, decided, live, draft }) => ({ name: rule, calls: decided, more: this.language.text('routing.replay.held', { held, decided }), live, draft })),
  );
  protected readonly queues = computed<ReplayChange[]>(() =>
    (this.replay()?.queues ?? []).map(({ queue, live, draft }) => ({ name: queue.name, calls: draft?.offered ?? 0, live, draft })),
  );

  protected async play(day: string): Promise<void> {
    const draft = this.draft();
    this.busy.set(true);
    this.problem.set(null);
    this.replay.set(null);
    try {
      this.replay.set(await this.api.replay(day, draft));
      this.played.set(draft);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }
}
