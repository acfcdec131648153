import type { AgentDay, AgentState } from '../contract/contract';

const HOUR_MS = 3_600_000;
const SHORTEST_H = 4;

/** One bar of the day: from and width as shares of the shown span (0–100). */
export interface DayBar {
  state: AgentState;
  reason: string | null;
  startedAt: string;
  seconds: number;
  from: number;
  width: number;
}

export interface DayRibbon {
  bars: DayBar[];
  hours: { at: number; label: string }[];
  now: number;
}

/** My states today between the full hours around the first of them and now, in the operator's time zone. */
export function dayRibbon(day: AgentDay, nowMs: number): DayRibbon | null {
  const first = day.ribbon.find(stretch => stretch.state !== 'offline');
  if (!first) return null;
  const start = Date.parse(day.starts_at);
  const hoursSince = (ms: number) => (ms - start) / HOUR_MS;
  const fromHour = Math.floor(hoursSince(Date.parse(first.started_at)));
  const lastHour = Math.round(hoursSince(Date.parse(day.ends_at)));
  const toHour = Math.min(lastHour, Math.max(fromHour + SHORTEST_H, Math.ceil(hoursSince(nowMs))));
  const from = start + fromHour * HOUR_MS;
  const span = (toHour - fromHour) * HOUR_MS;
  const share = (ms: number) => Math.max(0, Math.min(100, (100 * (ms - from)) / span));
  const bars = day.ribbon.filter(({ state }) => state !== 'offline').map(({ state, reason, started_at, ended_at }): DayBar => {
    const begun = Date.parse(started_at);
    const ended = ended_at ? Date.parse(ended_at) : nowMs;
    return { state, reason, startedAt: started_at, seconds: Math.max(0, (ended - begun) / 1000), from: share(begun), width: share(ended) - share(begun) };
  });
  const step = Math.ceil((toHour - fromHour) / 10);
  const hours = Array.from({ length: Math.floor((toHour - fromHour) / step) + 1 }, (_, n) => {
    const at = from + n * step * HOUR_MS;
    return { at: share(at), label: timeIn(day.time_zone, at) };
  });
  return { bars, hours, now: share(nowMs) };
}

/** Seconds in each state up to now, the longest first; without being offline. */
export function timeInStates(day: AgentDay, nowMs: number): { state: AgentState; seconds: number }[] {
  const lasting = day.ribbon.at(-1);
  const since = lasting?.ended_at === null ? Math.max(0, (nowMs - Date.parse(day.at)) / 1000) : 0;
  return (Object.entries(day.states) as [AgentState, number][])
    .filter(([state]) => state !== 'offline')
    .map(([state, seconds]) => ({ state, seconds: seconds + (state === lasting?.state ? since : 0) }))
    .sort((a, b) => b.seconds - a.seconds);
}

/** 9:00, as the clocks of that time zone show it. */
function timeIn(timeZone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', minute: '2-digit', hourCycle: 'h23' }).formatToParts(ms);
  const part = (type: string) => parts.find(found => found.type === type)?.value ?? '';
  return `${Number(part('hour'))}:${part('minute')}`;
}
