import type { AgentState, Member } from '../contract/contract';

export type StateFilter = 'duty' | 'all' | AgentState;

/** The order in which a supervisor looks: what is wrong first, then who works, then who does not. */
export const STATE_ORDER: readonly AgentState[] = ['not_answering', 'ringing', 'talking', 'wrap_up', 'ready', 'break', 'offline'];

export function isShown(member: Member, state: StateFilter, teamId: string): boolean {
  if (teamId && member.team?.id !== teamId) return false;
  if (state === 'all') return true;
  return state === 'duty' ? member.state !== 'offline' : member.state === state;
}

/** Limits passed on top, the longest first; then by state; the longest in a state first. */
export function inOrder(members: readonly Member[]): Member[] {
  const rank = (member: Member) => (member.break_over ? -1 : STATE_ORDER.indexOf(member.state));
  const since = (member: Member) => (member.break_over && member.break_until ? member.break_until : member.since);
  return [...members].sort((a, b) => rank(a) - rank(b) || since(a).localeCompare(since(b)) || a.name.localeCompare(b.name));
}

export interface Occupancy {
  workedS: number;
  readyS: number;
  /** Null until there is something to divide by. */
  percent: number | null;
}

/** (talk + hold + wrap-up) / (talk + hold + wrap-up + ready) since signing in, up to this moment. */
export function occupancyOf(member: Member, nowMs: number): Occupancy {
  const lasts = Math.max(0, (nowMs - Date.parse(member.since)) / 1000);
  const works = member.state === 'talking' || member.state === 'wrap_up';
  const workedS = member.worked_s + (works ? lasts : 0);
  const readyS = member.ready_s + (member.state === 'ready' ? lasts : 0);
  return { workedS, readyS, percent: workedS + readyS > 0 ? (100 * workedS) / (workedS + readyS) : null };
}

/** Requests in the order in which they were made. */
export function openWishes(members: readonly Member[]): (Member & { wish: NonNullable<Member['wish']> })[] {
  const waiting = members.filter((member): member is Member & { wish: NonNullable<Member['wish']> } => member.wish !== null);
  return waiting.sort((a, b) => a.wish.asked_at.localeCompare(b.wish.asked_at));
}
