import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { RoutingChoices, RoutingRules, Tried, TryCaller as Caller } from '../contract/routing';
import type { AgentSkills, Skill } from '../contract/skills';
import { ReasonText } from '../desk/reason-text';
import { Language, LOCALES } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { RoutingApi } from './routing-api';
import { SOMEBODY } from './rules';

const TYPING_MS = 300;

/** A caller to try rules with: which of them hold, and who could get the call. */
@Component({
  selector: 'ovoz-try-caller',
  imports: [Icon, TranslocoDirective],
  templateUrl: './try-caller.html',
  styleUrl: './try-caller.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TryCaller {
  private readonly api = inject(RoutingApi);
  protected readonly language = inject(Language);
  protected readonly reasons = inject(ReasonText);
  protected readonly text = inject(ProblemText);

  readonly draft = input.required<RoutingRules>();
  readonly live = input.required<RoutingRules>();
  readonly changed = input(false);
  readonly choices = input.required<RoutingChoices>();
  readonly skills = input.required<readonly Skill[]>();
  readonly agents = input.required<readonly AgentSkills[]>();

  protected readonly locales = LOCALES;
  protected readonly byNumber = signal(false);
  protected readonly ofLive = signal(false);
  protected readonly caller = signal<Caller>(SOMEBODY);
  protected readonly number = signal('');
  protected readonly tried = signal<Tried | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  protected readonly dialled = computed(() => this.caller().dialled || this.choices().numbers[0]?.number || '');
  protected readonly typed = computed(() => (this.number().startsWith('+') ? '+' : '') + this.number().replaceAll(/\D/g, ''));
  protected readonly incomplete = computed(() => this.byNumber() && !/^\+\d{7,15}$/.test(this.typed()));
  private readonly ask = computed<Caller>(() => ({ ...this.caller(), dialled: this.dialled(), number: this.byNumber() ? this.typed() : null }));

  constructor() {
    effect(() => {
      const [settings, caller, incomplete] = [this.ofLive() ? this.live() : this.draft(), this.ask(), this.incomplete()];
      untracked(() => {
        clearTimeout(this.timer);
        if (incomplete) this.tried.set(null);
        else if (caller.dialled && settings.rules.every(rule => rule.name.trim())) this.timer = setTimeout(() => void this.look(settings, caller), TYPING_MS);
      });
    });
  }

  protected change(change: Partial<Caller>): void {
    this.caller.update(caller => ({ ...caller, ...change }));
  }

  protected asLanguage(value: string): Caller['language'] {
    return value === 'ru' || value === 'tg' || value === 'en' ? value : null;
  }

  protected asNetwork(value: string): Caller['network'] {
    return value === 'good' || value === 'fair' || value === 'poor' ? value : null;
  }

  protected skillsOf(tried: Tried): string {
    return Object.entries(tried.skills).map(([code, level]) => {
      const skill = this.skills().find(known => known.code === code);
      return `${skill ? this.language.nameOf(skill.names, code) : code} ${this.language.text('queues.say.from_level', { n: level })}`;
    }).join(', ');
  }

  protected agentsOf(ring: Tried['rings'][number]): string {
    return ring.agents.slice(0, 8).map(agent => agent.name).join(', ') + (ring.agents.length > 8 ? ` +${ring.agents.length - 8}` : '');
  }

  protected decidedBy(rule: Tried['applied'][number]): string {
    return rule.decided.map(aspect => this.language.text(`routing.aspect.${aspect}`)).join(', ');
  }

  /** Only the answer to the latest question counts. */
  private async look(settings: RoutingRules, caller: Caller): Promise<void> {
    const run = ++this.asked;
    try {
      const { tried } = await this.api.preview(settings, caller);
      if (run !== this.asked) return;
      this.tried.set(tried);
      this.problem.set(null);
    } catch (error) {
      if (run === this.asked) this.problem.set(toProblem(error));
    }
  }
}
