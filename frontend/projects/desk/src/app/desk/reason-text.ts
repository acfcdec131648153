import { inject, Injectable } from '@angular/core';
import { formatDuration } from '../clock/duration';
import type { DeskReason } from '../contract/contract';
import type { Applied, Routed, Tried } from '../contract/routing';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';

/** Why a contact waited at some moment, as the event log keeps it: what became of every agent who was signed in. */
export interface Waiting {
  ring: number;
  next_ring_in_s: number | null;
  waits_for: string | null;
  ahead: number;
  agents_busy: number;
  agents_unavailable: number;
  agents_later: number;
  agents_never: number;
}

/** What the routing engine says for its decisions, in the person's language. */
@Injectable({ providedIn: 'root' })
export class ReasonText {
  private readonly language = inject(Language);

  /** Why a contact came to an agent, said to this agent (`why`) or of them (`because`): two or three sentences. */
  why(reason: DeskReason, said: 'why' | 'because' = 'why'): string {
    return reasonKeys(reason, said)
      .map(key => this.language.text(key, reasonParams(reason)))
      .join(' ');
  }

  /** Which routing rules had to do with the call, by which attributes of the caller, and what they decided. */
  routed({ rules, dropped, unknown }: Routed): string {
    const said = rules.filter(rule => rule.decided.length > 0).map(rule => this.language.text('routed.rule', {
      rule: rule.rule, because: this.because(rule.because), decided: rule.decided.map(aspect => this.language.text(`routing.aspect.${aspect}`)).join(', '),
    }));
    const parts = said.length ? [`${said.join('; ')}.`] : [];
    if (dropped) parts.push(this.language.text('routing.dropped'));
    if (unknown) parts.push(this.language.text(`routed.unknown.${unknown}`));
    return parts.join(' ');
  }

  /** The attributes that made a rule hold. */
  because(because: Applied['because']): string {
    return because.length ? because.map(one => this.attribute(one.attribute, one.value)).join(', ') : this.language.text('routing.if.every');
  }

  /** What is known of a caller that was tried. */
  attributes(tried: Tried): string {
    const known = (['vip', 'corporate', 'outage'] as const).filter(name => tried[name]).map(name => this.attribute(name, 'yes'));
    const valued = (['region', 'product', 'language', 'network'] as const).filter(name => tried[name]).map(name => this.attribute(name, tried[name] ?? ''));
    return [...known, ...valued].join(', ');
  }

  private attribute(attribute: Applied['because'][number]['attribute'], value: string): string {
    switch (attribute) {
      case 'region':
      case 'product':
        return this.language.text(`routing.if.${attribute}s`, { values: value });
      case 'language':
        return this.language.text('routing.if.languages', { values: this.language.text(`routing.languages.${value}`) });
      case 'network':
        return this.language.text('routing.if.network', { values: this.language.text(`routing.network.${value}`) });
      case 'dialled':
        return this.language.text('routing.if.dialled', { values: formatPhoneNumber(value) });
      default:
        return this.language.text(`routing.if.${attribute}.${value}`);
    }
  }

  /** Why a contact still waits: what the agents who could take it do, and which rules let only some of them. */
  waiting(reason: Waiting, routed?: Routed | null): string {
    const said = waitingKeys(reason).map(key => this.language.text(key, { ...reason, next_ring: formatDuration(reason.next_ring_in_s ?? 0) }));
    const narrowing = narrowingRules(routed);
    if (narrowing.length) said.push(this.language.text('waiting.rules', { names: narrowing.map(name => `«${name}»`).join(', ') }));
    return said.join(', ');
  }
}

/** Rules by which not everybody of the queue may take the contact: they ask for skills, or for one agent. */
export function narrowingRules(routed: Routed | null | undefined): string[] {
  return (routed?.rules ?? []).filter(rule => rule.decided.some(aspect => aspect === 'skills' || aspect === 'prefer')).map(rule => rule.rule);
}

/** Keys of the sentences, the contact's first: how it was chosen, then how the agent was. */
export function reasonKeys(reason: DeskReason, said: 'why' | 'because'): string[] {
  const contact = reason.by === 'preferred' ? `${said}.preferred.${reason.preferred ?? 'asked_for'}` : `${said}.${reason.by}`;
  if (reason.by === 'only' || reason.by === 'preferred') return [contact];
  const first = reason.spared > 0 ? 'spared' : reason.agent_order;
  const agent = `${said}.agent.${reason.agents_free > 1 ? first : 'one'}`;
  return reason.ring > 0 ? [contact, agent, `${said}.wider`] : [contact, agent];
}

export function reasonParams(reason: DeskReason): Record<string, unknown> {
  return {
    waited: formatDuration(reason.waited_s),
    relative: Math.round(100 * reason.relative_wait),
    free: reason.agents_free,
    spared: reason.spared,
    occupancy: Math.round(100 * reason.occupancy),
    idle: formatDuration(reason.idle_s),
    ring: reason.ring + 1,
  };
}

export function waitingKeys(reason: Waiting): string[] {
  const keys: string[] = [];
  if (reason.waits_for !== null) keys.push('waiting.for_one');
  if (reason.agents_busy > 0) keys.push('waiting.busy');
  if (reason.agents_unavailable > 0) keys.push('waiting.unavailable');
  if (reason.agents_later > 0 && reason.next_ring_in_s !== null) keys.push('waiting.later');
  if (keys.length === 0 && reason.agents_later > 0) keys.push('waiting.busy_all');
  if (keys.length === 0) keys.push(reason.agents_never > 0 ? 'waiting.nobody' : 'waiting.none');
  return keys;
}
