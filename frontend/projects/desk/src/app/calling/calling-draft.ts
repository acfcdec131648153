import type { CallingRules } from '../contract/calling';

/** What the form holds: no number stands for the first one, the pause as it is typed. */
export interface CallingDraft {
  number: string;
  pause: string;
}

export const LEAST_PAUSE_S = 10;
export const MOST_PAUSE_S = 600;

export function draftOf({ caller_number, recording_pause_s }: CallingRules): CallingDraft {
  return { number: caller_number ?? '', pause: String(recording_pause_s) };
}

export function rulesOf(draft: CallingDraft): CallingRules {
  return { caller_number: draft.number || null, recording_pause_s: Number(draft.pause) };
}

/** Which fields the platform would refuse; `numbers` can be chosen. */
export function faultsOf(draft: CallingDraft, numbers: readonly string[]): Set<keyof CallingDraft> {
  const found = new Set<keyof CallingDraft>();
  if (draft.number && !numbers.includes(draft.number)) found.add('number');
  const pause = /^\d+$/.test(draft.pause.trim()) ? Number(draft.pause) : NaN;
  if (!(pause >= LEAST_PAUSE_S && pause <= MOST_PAUSE_S)) found.add('pause');
  return found;
}
