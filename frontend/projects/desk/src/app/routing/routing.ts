import { CdkDrag, type CdkDragDrop, CdkDropList } from '@angular/cdk/drag-drop';
import { ChangeDetectionStrategy, Component, computed, effect, ElementRef, inject, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { KeptRoutingRules, RoutingFault, RoutingRule, RoutingRules, RoutingRulesVersion } from '../contract/routing';
import type { AgentSkills, Skill } from '../contract/skills';
import { formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { SkillsApi } from '../skills/skills-api';
import { RoutingApi } from './routing-api';
import { RoutingReplay } from './routing-replay';
import { RuleCard } from './rule-card';
import { difference, EVERY_CALLER, faultsOf, full, moved, NOTHING } from './rules';
import { TryCaller } from './try-caller';

const TYPING_MS = 300;

/** The routing rules as sentences in their order; beside them a caller to try them with, and every version before. */
@Component({
  selector: 'ovoz-routing',
  imports: [CdkDrag, CdkDropList, Icon, MatButton, RoutingReplay, RuleCard, TranslocoDirective, TryCaller],
  templateUrl: './routing.html',
  styleUrls: ['../queues/queue-editor.css', './routing.css'],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Routing {
  private readonly api = inject(RoutingApi);
  private readonly skillsApi = inject(SkillsApi);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly text = inject(ProblemText);

  protected readonly mayManage = inject(SessionStore).may('queues.manage');
  protected readonly bones = Array.from({ length: 5 });
  protected readonly kept = signal<KeptRoutingRules | null>(null);
  protected readonly before = signal<RoutingRules>(full({ rules: [] }));
  protected readonly draft = signal<RoutingRules>(full({ rules: [] }));
  protected readonly open = signal<number | null>(null);
  protected readonly faults = signal<readonly RoutingFault[]>([]);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly stale = signal(false);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  /** What a move did, for those who do not see it. */
  protected readonly said = signal('');
  protected readonly versions = signal<RoutingRulesVersion[]>([]);
  protected readonly skills = signal<Skill[]>([]);
  protected readonly agents = signal<AgentSkills[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  protected readonly changed = computed(() => JSON.stringify(this.draft()) !== JSON.stringify(this.before()));
  protected readonly changes = computed(() => this.words(this.before(), this.draft()));
  protected readonly refused = computed(() => this.faults().some(fault => !fault.warning));
  protected readonly complete = computed(() => this.draft().rules.every(rule => rule.name.trim() !== ''));

  constructor() {
    void this.read();
    void this.skillsApi.list().then(all => this.skills.set(all.filter(skill => !skill.archived)), () => undefined);
    void this.skillsApi.agents().then(all => this.agents.set(all), () => undefined);
    // What a draft means is asked once typing has paused.
    effect(() => {
      const [draft, complete] = [this.draft(), this.complete()];
      untracked(() => {
        clearTimeout(this.timer);
        if (this.mayManage && this.kept() && complete) this.timer = setTimeout(() => void this.look(draft), TYPING_MS);
      });
    });
  }

  protected async read(): Promise<void> {
    this.failure.set(null);
    try {
      const [kept, versions] = await Promise.all([this.api.show(), this.api.versions()]);
      this.versions.set(versions);
      this.take(kept);
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }

  // Changing

  protected change(rules: RoutingRule[]): void {
    this.saved.set(false);
    this.problem.set(null);
    this.draft.update(draft => ({ ...draft, rules }));
  }

  protected put(place: number, change: (rule: RoutingRule) => RoutingRule): void {
    this.change(this.draft().rules.map((known, at) => (at === place ? change(known) : known)));
  }

  protected add(): void {
    const name = this.language.text('routing.new_name', { n: this.draft().rules.length + 1 });
    this.change([...this.draft().rules, { name, when: { ...EVERY_CALLER, vip: true }, then: { ...NOTHING, head_start_s: 60 } }]);
    this.open.set(this.draft().rules.length - 1);
  }

  protected drop(place: number): void {
    this.change(this.draft().rules.filter((_, at) => at !== place));
    this.open.set(null);
  }

  /** The focus goes with the rule, so that it can be moved on. */
  protected move(from: number, to: number): void {
    if (to < 0 || to >= this.draft().rules.length || to === from) return;
    const openRule = this.open() === null ? null : this.draft().rules[this.open() ?? 0];
    const name = this.draft().rules[from]?.name ?? '';
    this.change(moved(this.draft().rules, from, to));
    this.open.set(openRule ? this.draft().rules.indexOf(openRule) : null);
    this.said.set(this.language.text('routing.moved', { name, n: to + 1 }));
    setTimeout(() => this.element.nativeElement.querySelectorAll<HTMLElement>('.sentence')[to]?.focus());
  }

  protected dropped({ previousIndex, currentIndex }: CdkDragDrop<unknown>): void {
    this.move(previousIndex, currentIndex);
  }

  protected lastAgent(name: 'within_days' | 'wait_s', field: HTMLInputElement, least: number): void {
    const value = Math.round(field.valueAsNumber);
    if (Number.isNaN(value) || value < least) {
      field.value = String(this.draft().last_agent[name]);
      return;
    }
    this.saved.set(false);
    this.draft.update(draft => ({ ...draft, last_agent: { ...draft.last_agent, [name]: value } }));
  }

  // Saying

  protected faultsOf(place: number): RoutingFault[] {
    return faultsOf(this.faults(), place);
  }

  protected when(moment: string | null): string {
    return moment ? formatWhen(moment, this.language.locale(), this.clock.now()) : '';
  }

  protected differenceOf(place: number): string {
    const [version, older] = [this.versions()[place], this.versions()[place + 1]];
    return version && older ? this.words(full(older.settings), full(version.settings)) : this.language.text('queues.first_version');
  }

  private words(before: RoutingRules, after: RoutingRules): string {
    const found = difference(before, after);
    const named = (['added', 'removed', 'changed'] as const).filter(kind => found[kind].length).map(kind => this.language.text(`routing.difference.${kind}`, { names: found[kind].join(', ') }));
    if (found.reordered) named.push(this.language.text('routing.difference.order'));
    if (found.last_agent) named.push(this.language.text('routing.difference.last_agent'));
    return named.join('; ');
  }

  // Keeping

  protected undo(): void {
    this.draft.set(this.before());
    this.problem.set(null);
    this.open.set(null);
  }

  protected save(): Promise<void> {
    const draft = { ...this.draft(), rules: this.draft().rules.map(rule => ({ ...rule, name: rule.name.trim() })) };
    return this.act(version => this.api.change(version, draft));
  }

  protected restore(older: number): Promise<void> {
    return this.act(version => this.api.restore(version, older));
  }

  private async act(act: (version: number) => Promise<KeptRoutingRules>): Promise<void> {
    const kept = this.kept();
    if (!kept) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      this.take(await act(kept.version));
      this.saved.set(true);
      this.versions.set(await this.api.versions());
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  /** Only the answer to the latest question counts. */
  private async look(draft: RoutingRules): Promise<void> {
    const run = ++this.asked;
    try {
      const { faults } = await this.api.preview(draft);
      if (run === this.asked) this.faults.set(faults);
    } catch (error) {
      if (run === this.asked) this.problem.set(toProblem(error));
    }
  }

  private take(kept: KeptRoutingRules): void {
    const settings = full(kept.settings);
    this.kept.set(kept);
    this.before.set(settings);
    this.draft.set(settings);
    this.stale.set(false);
    this.saved.set(false);
    this.open.set(null);
  }
}
