import { inject, Injectable } from '@angular/core';
import type { DeskReason, TimelineEntry } from '../contract/contract';
import type { Routed } from '../contract/routing';
import { formatDuration } from '../clock/duration';
import { ReasonText, type Waiting } from '../desk/reason-text';
import { ReferenceData } from '../desk/reference-data';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { eventKeys } from './event-keys';

/** Why a rule of a queue held, as the log keeps it. */
interface Overflowed {
  when: string;
  waited_s: number;
  length: number | null;
  estimated_wait_s: number | null;
}

/** An event of the log in the person's language. */
@Injectable({ providedIn: 'root' })
export class TimelineText {
  private readonly language = inject(Language);
  private readonly reasons = inject(ReasonText);
  private readonly reference = inject(ReferenceData);

  of(event: TimelineEntry): string {
    const key = eventKeys(event).find(candidate => this.language.has(candidate)) ?? 'event.unknown';
    const routed = event.params['routed'] as Routed | undefined;
    const said = routed ? this.reasons.routed(routed) : '';
    const plain = this.language.text(key, this.paramsOf(event));
    const text = said && !event.type.startsWith('calls.position_announced') ? this.language.text('event.routed', { event: plain, routed: said }) : plain;
    const why = event.params['why'];
    if (!why) return text;
    if (event.type.startsWith('calls.call_overflowed')) return this.language.text('event.why_waiting', { event: text, why: this.overflow(why as Overflowed) });
    // The log holds what the engine said as it was: the event's type says which of the two it is.
    return event.type.startsWith('calls.position_announced')
      ? this.language.text('event.why_waiting', { event: text, why: this.reasons.waiting(why as Waiting, routed) })
      : this.language.text('event.why', { event: text, why: this.reasons.why(why as DeskReason, 'because') });
  }

  private paramsOf({ type, agent, params }: TimelineEntry): Record<string, unknown> {
    return {
      ...params,
      type,
      agent: agent?.name ?? '',
      agent_name: params['agent_name'] ?? agent?.name ?? '',
      entry_number: formatPhoneNumber(textOf(params['entry_number'])),
      dialled: formatPhoneNumber(textOf(params['dialled'])),
      presented: formatPhoneNumber(textOf(params['presented'])),
      waited: duration(params['waited_s']),
      wrap_up: duration(params['wrap_up_s']),
      duration: duration(Number(params['duration_ms'] ?? 0) / 1000),
      disposition: this.reference.dispositionName(textOf(params['disposition'])),
      reason: this.word('end_reason', params['reason']),
      before: this.word('state', params['before']),
      after: this.word('state', params['after']),
      state: this.word('state', params['state']),
    };
  }

  private overflow({ when, waited_s, length, estimated_wait_s }: Overflowed): string {
    return this.language.text(`overflow.${when}`, { waited: duration(waited_s), length, estimate: duration(estimated_wait_s) });
  }

  private word(group: string, code: unknown): string {
    const key = `${group}.${textOf(code)}`;
    return this.language.has(key) ? this.language.text(key) : textOf(code);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function duration(seconds: unknown): string {
  return formatDuration(Number(seconds ?? 0));
}
