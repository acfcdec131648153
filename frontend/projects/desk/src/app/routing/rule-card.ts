import { CdkDragHandle } from '@angular/cdk/drag-drop';
import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { CallerLanguage, NetworkQuality, RoutingChoices, RoutingFault, RoutingRule, RuleThen, RuleWhen } from '../contract/routing';
import type { Skill } from '../contract/skills';
import { Language, LOCALES } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { type Action, ACTIONS, asked, type Condition, CONDITIONS, done, type Names, NOTHING, type Phrase, thenPhrases, whenPhrases } from './rules';

/** One rule: a sentence, and when it is open the sentence with what can be chosen in it. */
@Component({
  selector: 'ovoz-rule-card',
  imports: [CdkDragHandle, Icon, TranslocoDirective],
  templateUrl: './rule-card.html',
  styleUrl: './rule-card.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RuleCard {
  protected readonly language = inject(Language);

  readonly rule = input.required<RoutingRule>();
  readonly place = input.required<number>();
  readonly count = input.required<number>();
  readonly open = input(false);
  readonly mayManage = input(false);
  readonly choices = input.required<RoutingChoices>();
  readonly skills = input.required<readonly Skill[]>();
  readonly faults = input<readonly RoutingFault[]>([]);
  /** How the rule is to change, whatever it is by then: two changes may come before it is drawn again. */
  readonly changed = output<(rule: RoutingRule) => RoutingRule>();
  readonly opened = output();
  readonly removed = output();
  /** The place that the rule is to have. */
  readonly moved = output<number>();

  protected readonly locales = LOCALES;
  protected readonly qualities: readonly NetworkQuality[] = ['good', 'fair', 'poor'];
  protected readonly levels = [1, 2, 3, 4, 5];
  protected readonly asked = computed(() => asked(this.rule().when));
  protected readonly done = computed(() => done(this.rule().then));
  protected readonly notAsked = computed(() => CONDITIONS.filter(name => !this.asked().includes(name) && this.possible(name)));
  protected readonly notDone = computed(() => ACTIONS.filter(name => !this.done().includes(name)));
  protected readonly ifs = computed(() => this.asked().length ? whenPhrases(this.rule().when, this.names) : [{ key: 'routing.if.every' }]);
  protected readonly thens = computed(() => this.done().length ? thenPhrases(this.rule().then, this.names) : [{ key: 'routing.do.nothing' }]);
  protected readonly askedSkills = computed(() => Object.entries(this.rule().then.skills).map(([code, level]) => ({ code, level })));
  protected readonly otherSkills = computed(() => this.skills().filter(skill => !(skill.code in this.rule().then.skills)));
  private readonly names: Names = {
    queue: code => this.choices().queues.find(queue => queue.code === code)?.name ?? code,
    skill: code => this.skillName(code),
    number: number => this.numberName(number),
    word: (group, code) => this.language.text(`${group}.${code}`),
  };

  protected sentence(phrases: readonly Phrase[]): string {
    return phrases.map(({ key, params }) => this.language.text(key, this.worded(params))).join(', ');
  }

  private worded(params: Record<string, unknown> | undefined): Record<string, unknown> {
    const values = params?.['values'];
    if (!Array.isArray(values)) return params ?? {};
    // Browsers know no Tajik lists.
    const rest = (values as string[]).slice(0, -1);
    return { ...params, values: rest.length ? this.language.text('routing.either', { rest: rest.join(', '), last: values.at(-1) }) : values[0] };
  }

  protected skillName(code: string): string {
    const skill = this.skills().find(known => known.code === code);
    return skill ? this.language.nameOf(skill.names, code) : code;
  }

  protected numberName(number: string): string {
    return this.choices().numbers.find(known => known.number === number)?.name ?? formatPhoneNumber(number);
  }

  protected digits(number: string): string {
    return formatPhoneNumber(number);
  }

  // Changing

  protected rename(name: string): void {
    this.changed.emit(rule => ({ ...rule, name }));
  }

  protected when(change: (when: RuleWhen) => Partial<RuleWhen>): void {
    this.changed.emit(rule => ({ ...rule, when: { ...rule.when, ...change(rule.when) } }));
  }

  protected then(change: Partial<RuleThen> | ((then: RuleThen) => Partial<RuleThen>)): void {
    this.changed.emit(rule => {
      const then = { ...rule.then, ...(typeof change === 'function' ? change(rule.then) : change) };
      return { ...rule, then: Object.keys(then.skills).length ? then : { ...then, skills_for_s: null } };
    });
  }

  /** A condition begins with a value, so that it is never half there. */
  protected ask(name: string): void {
    const { regions, products, numbers } = this.choices();
    const first: Partial<RuleWhen> = {
      vip: true, corporate: true, outage: true, regions: regions.slice(0, 1), products: products.slice(0, 1), languages: ['tg'], network: ['poor'], dialled: numbers.slice(0, 1).map(one => one.number),
    };
    const condition = CONDITIONS.find(known => known === name);
    if (condition) this.when(() => ({ [condition]: first[condition] }));
  }

  protected answer(name: Condition, yes: boolean): void {
    this.when(() => ({ [name]: yes }));
  }

  protected forget(name: Condition): void {
    this.when(() => ({ [name]: name === 'vip' || name === 'corporate' || name === 'outage' ? null : [] }));
  }

  protected toggle<T extends string>(name: 'languages' | 'network' | 'dialled' | 'regions' | 'products', value: T, wanted: boolean): void {
    this.when(when => {
      const rest = (when[name] as string[]).filter(known => known !== value);
      return { [name]: wanted ? [...rest, value] : rest };
    });
  }

  protected has(name: 'languages' | 'network' | 'dialled', value: CallerLanguage | NetworkQuality | string): boolean {
    return (this.rule().when[name] as string[]).includes(value);
  }

  protected valuesOf(name: 'regions' | 'products'): string[] {
    return this.choices()[name].filter(value => !this.rule().when[name].includes(value));
  }

  protected do(name: string): void {
    const first: Partial<RuleThen> = {
      queue: this.choices().queues[0]?.code ?? null, head_start_s: 60, target_s: 10, account_target: true, skills: { [this.skills()[0]?.code ?? '']: 3 }, prefer: 'last_agent',
    };
    const action = ACTIONS.find(known => known === name);
    if (action && (action !== 'skills' || this.skills().length)) this.then({ [action]: first[action] });
  }

  protected undo(name: Action): void {
    this.then({ [name]: NOTHING[name] });
  }

  protected skill(code: string, level: number): void {
    if (!code) return;
    this.then(({ skills }) => {
      const rest = Object.fromEntries(Object.entries(skills).filter(([known]) => known !== code));
      return { skills: level > 0 ? { ...rest, [code]: level } : rest };
    });
  }

  /** What is no figure goes back to what was there. */
  protected figure(name: 'head_start_s' | 'target_s' | 'prefer_wait_s' | 'skills_for_s', field: HTMLInputElement): void {
    const value = Math.round(field.valueAsNumber);
    if (Number.isNaN(value) || value < 1) field.value = String(this.rule().then[name] ?? '');
    else this.then({ [name]: value });
  }

  protected prefer(value: string): void {
    this.then({ prefer: value === 'manager' ? 'manager' : 'last_agent' });
  }

  protected byKey(event: KeyboardEvent): void {
    if (!this.mayManage() || !event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    this.moved.emit(this.place() + (event.key === 'ArrowUp' ? -1 : 1));
  }

  private possible(name: Condition): boolean {
    const { regions, products, numbers } = this.choices();
    return (name !== 'regions' || regions.length > 0) && (name !== 'products' || products.length > 0) && (name !== 'dialled' || numbers.length > 0);
  }
}
