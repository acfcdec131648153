import type { InteractionSummary } from '../contract/contract';

/** Text key of how a call ended or, while it lasts, of where it is. */
export function outcomeKey({ ended_at, end_reason, state }: Pick<InteractionSummary, 'ended_at' | 'end_reason' | 'state'>): string {
  return ended_at ? `end_reason.${end_reason ?? 'unknown'}` : `course.${state}`;
}
