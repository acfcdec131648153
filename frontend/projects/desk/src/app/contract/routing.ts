import type { components } from '@ovoz/api';

type Schemas = components['schemas'];

export type RoutingPreview = Schemas['RoutingPreview'];
export type RoutingReplay = Schemas['RoutingReplay'];
export type RoutingFault = Schemas['RoutingFault'];
export type RoutingChoices = Schemas['RoutingChoices'];
export type Tried = Schemas['Tried'];
export type Applied = Schemas['Applied'];
export type Routed = Schemas['DeskRouted'];
export type CallerLanguage = 'ru' | 'tg' | 'en';
export type NetworkQuality = 'good' | 'fair' | 'poor';
/** What a rule asks of the caller; nothing: every caller. */
export interface RuleWhen {
  vip: boolean | null;
  corporate: boolean | null;
  outage: boolean | null;
  regions: string[];
  products: string[];
  languages: CallerLanguage[];
  network: NetworkQuality[];
  dialled: string[];
}
export interface RuleThen {
  queue: string | null;
  head_start_s: number | null;
  target_s: number | null;
  account_target: boolean;
  /** Least levels by the code of the skill. */
  skills: Record<string, number>;
  skills_for_s: number | null;
  prefer: 'manager' | 'last_agent' | null;
  prefer_wait_s: number;
}
export interface RoutingRule {
  name: string;
  when: RuleWhen;
  then: RuleThen;
}
export interface RoutingRules {
  rules: RoutingRule[];
  last_agent: { within_days: number; wait_s: number };
}
/** As it comes: what has its usual value may be left out. */
export type KeptRoutingRules = Schemas['KeptRoutingRules'];
export type RoutingRulesVersion = Schemas['RoutingRulesVersion'];
export type ReadRoutingRules = Schemas['RoutingRules'];
export interface TryCaller {
  dialled: string;
  number: string | null;
  vip: boolean;
  corporate: boolean;
  outage: boolean;
  answer_target_s: number | null;
  region: string | null;
  product: string | null;
  language: CallerLanguage | null;
  network: NetworkQuality | null;
  manager_id: string | null;
  last_agent_id: string | null;
}
