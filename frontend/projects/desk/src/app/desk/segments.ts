import type { StripPart } from '@ovoz/ui';
import type { Segment } from '../contract/contract';
import { PHASE_OF_SEGMENT } from './agent-state-look';

export interface LegendEntry {
  phase: StripPart['phase'];
  seconds: number;
}

function secondsOf(segment: Segment, now: number): number {
  const end = segment.ended_at ? Date.parse(segment.ended_at) : now;
  return Math.max(0, (end - Date.parse(segment.started_at)) / 1000);
}

/** The bars of the strip, in order; neighbours of one kind are one bar. */
export function stripParts(segments: readonly Segment[], now: number): StripPart[] {
  const parts: StripPart[] = [];
  for (const segment of segments) {
    const phase = PHASE_OF_SEGMENT[segment.kind];
    const seconds = Math.round(secondsOf(segment, now) * 10) / 10;
    const last = parts.at(-1);
    if (last?.phase === phase) last.seconds += seconds;
    else parts.push({ phase, seconds });
  }
  return parts.filter(part => part.seconds >= 0.5);
}

/** The time of each phase, in the order in which the phases first came. */
export function legendEntries(segments: readonly Segment[], now: number): LegendEntry[] {
  const entries: LegendEntry[] = [];
  for (const segment of segments) {
    const phase = PHASE_OF_SEGMENT[segment.kind];
    const seconds = secondsOf(segment, now);
    const known = entries.find(entry => entry.phase === phase);
    if (known) known.seconds += seconds;
    else entries.push({ phase, seconds });
  }
  return entries.filter(entry => entry.seconds >= 0.5);
}

export interface Moment {
  at: string;
  key: string;
  params: Record<string, unknown>;
}

/** The turning points of a call that its segments tell. */
export function momentsOf(segments: readonly Segment[], queueName: string | null): Moment[] {
  const moments: Moment[] = [];
  segments.forEach((segment, index) => {
    const before = segments[index - 1]?.kind;
    const params = { queue: queueName ?? '', agent: segment.agent?.name ?? '' };
    const key = segment.kind === 'talk' && before === 'hold' ? 'moment.resumed' : `moment.${segment.kind}`;
    moments.push({ at: segment.started_at, key, params });
  });
  return moments;
}
