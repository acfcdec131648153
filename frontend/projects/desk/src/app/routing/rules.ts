import type { ReadRoutingRules, RoutingFault, RoutingRule, RoutingRules, RuleThen, RuleWhen, TryCaller } from '../contract/routing';

export const EVERY_CALLER: RuleWhen = { vip: null, corporate: null, outage: null, regions: [], products: [], languages: [], network: [], dialled: [] };
export const NOTHING: RuleThen = { queue: null, head_start_s: null, target_s: null, account_target: false, skills: {}, skills_for_s: null, prefer: null, prefer_wait_s: 30 };
export const SOMEBODY: TryCaller = {
  dialled: '', number: null, vip: false, corporate: false, outage: false, answer_target_s: null, region: null, product: null,
  language: null, network: null, manager_id: null, last_agent_id: null,
};
export const YES_NO = ['vip', 'corporate', 'outage'] as const;
export const LISTS = ['regions', 'products', 'languages', 'network', 'dialled'] as const;
export const CONDITIONS = [...YES_NO, ...LISTS] as const;
export const ACTIONS = ['queue', 'head_start_s', 'target_s', 'account_target', 'skills', 'prefer'] as const;
export type Condition = (typeof CONDITIONS)[number];
export type Action = (typeof ACTIONS)[number];

export function full(settings: ReadRoutingRules): RoutingRules {
  return {
    rules: settings.rules.map(rule => ({ name: rule.name, when: { ...EVERY_CALLER, ...rule.when } as RuleWhen, then: { ...NOTHING, ...rule.then } as RuleThen })),
    last_agent: { within_days: 7, wait_s: 0, ...settings.last_agent },
  };
}

export function asked(when: RuleWhen): Condition[] {
  return CONDITIONS.filter(name => (Array.isArray(when[name]) ? (when[name] as unknown[]).length > 0 : when[name] !== null));
}

export function done(then: RuleThen): Action[] {
  return ACTIONS.filter(name => (name === 'skills' ? Object.keys(then.skills).length > 0 : then[name] !== null && then[name] !== false));
}

/** One part of a sentence: a key of the texts, with what stands in it. */
export interface Phrase {
  key: string;
  params?: Record<string, unknown>;
}

/** What names rules use: of queues and skills by their code, of numbers as people write them. */
export interface Names {
  queue(code: string): string;
  skill(code: string): string;
  number(number: string): string;
  word(group: string, code: string): string;
}

export function whenPhrases(when: RuleWhen, names: Names): Phrase[] {
  return asked(when).map(name => {
    if (name === 'vip' || name === 'corporate' || name === 'outage') return { key: `routing.if.${name}.${when[name] ? 'yes' : 'no'}` };
    const values = name === 'languages' || name === 'network' ? when[name].map(value => names.word(`routing.${name}`, value)) : name === 'dialled' ? when.dialled.map(value => names.number(value)) : when[name];
    return { key: `routing.if.${name}`, params: { values } };
  });
}

export function thenPhrases(then: RuleThen, names: Names): Phrase[] {
  const phrases: Phrase[] = [];
  if (then.queue) phrases.push({ key: 'routing.do.queue', params: { name: names.queue(then.queue) } });
  if (then.head_start_s) phrases.push({ key: 'routing.do.head_start', params: { n: then.head_start_s } });
  if (then.account_target) phrases.push({ key: then.target_s ? 'routing.do.account_target_else' : 'routing.do.account_target', params: { n: then.target_s } });
  else if (then.target_s) phrases.push({ key: 'routing.do.target', params: { n: then.target_s } });
  const skills = Object.entries(then.skills);
  skills.forEach(([code, n], place) => {
    const last = place === skills.length - 1;
    phrases.push({ key: last && then.skills_for_s ? 'routing.do.skill_for' : 'routing.do.skill', params: { name: names.skill(code), n, s: then.skills_for_s } });
  });
  if (then.prefer) phrases.push({ key: `routing.do.prefer.${then.prefer}`, params: { n: then.prefer_wait_s } });
  return phrases;
}

/** The rules in another order. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const after = [...list];
  const [one] = after.splice(from, 1);
  if (one !== undefined) after.splice(Math.max(0, Math.min(to, after.length)), 0, one);
  return after;
}

/** Faults of one rule, without those of others. */
export function faultsOf(faults: readonly RoutingFault[], place: number): RoutingFault[] {
  return faults.filter(fault => fault.pointer === `/rules/${place}` || fault.pointer.startsWith(`/rules/${place}/`));
}

/** What a version changed, told by the rules' names. */
export interface Difference {
  added: string[];
  removed: string[];
  changed: string[];
  reordered: boolean;
  last_agent: boolean;
}

export function difference(before: RoutingRules, after: RoutingRules): Difference {
  const said = (value: unknown) => JSON.stringify(value);
  const was = new Map(before.rules.map(rule => [rule.name, rule]));
  const is = new Map(after.rules.map(rule => [rule.name, rule]));
  const kept = (rules: readonly RoutingRule[], other: Map<string, RoutingRule>) => rules.filter(rule => other.has(rule.name)).map(rule => rule.name);
  return {
    added: after.rules.filter(rule => !was.has(rule.name)).map(rule => rule.name),
    removed: before.rules.filter(rule => !is.has(rule.name)).map(rule => rule.name),
    changed: after.rules.filter(rule => was.has(rule.name) && said(was.get(rule.name)) !== said(rule)).map(rule => rule.name),
    reordered: said(kept(before.rules, is)) !== said(kept(after.rules, was)),
    last_agent: said(before.last_agent) !== said(after.last_agent),
  };
}
