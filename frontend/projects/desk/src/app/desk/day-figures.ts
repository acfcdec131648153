import type { InteractionSummary } from '../contract/contract';

/** An agent's day in figures; null where there is nothing to divide by. */
export interface DayFigures {
  handled: number;
  missed: number;
  talkS: number;
  averageTalkS: number | null;
  averageHandlingS: number | null;
  averageWrapUpS: number | null;
  holdPercent: number | null;
}

export function dayFigures(items: readonly InteractionSummary[]): DayFigures {
  const handled = items.filter(item => item.talk_s > 0);
  const sum = (of: (item: InteractionSummary) => number) => handled.reduce((total, item) => total + of(item), 0);
  const talkS = sum(item => item.talk_s);
  const holdS = sum(item => item.hold_s);
  const wrapUpS = sum(item => item.wrap_up_s);
  const average = (seconds: number) => (handled.length > 0 ? seconds / handled.length : null);
  return {
    handled: handled.length,
    missed: items.length - handled.length,
    talkS,
    averageTalkS: average(talkS),
    averageHandlingS: average(talkS + holdS + wrapUpS),
    averageWrapUpS: average(wrapUpS),
    holdPercent: talkS + holdS > 0 ? (100 * holdS) / (talkS + holdS) : null,
  };
}

/** One bar of the day: from and to as shares of the shown span (0–100). */
export interface DayBar {
  kind: 'talk' | 'wrap';
  from: number;
  width: number;
}

export interface DayRibbon {
  fromHour: number;
  toHour: number;
  bars: DayBar[];
  now: number;
}

/** When I spoke today, between the full hours around the first call and now. */
export function dayRibbon(items: readonly InteractionSummary[], nowMs: number): DayRibbon | null {
  const starts = items.map(item => Date.parse(item.started_at));
  if (starts.length === 0) return null;
  const first = new Date(Math.min(...starts));
  const fromHour = first.getHours();
  const toHour = Math.max(fromHour + 4, new Date(nowMs).getHours() + 1);
  const from = new Date(first);
  from.setHours(fromHour, 0, 0, 0);
  const span = (toHour - fromHour) * 3_600_000;
  const share = (ms: number) => Math.max(0, Math.min(100, (100 * (ms - from.getTime())) / span));
  const bars: DayBar[] = [];
  for (const item of items) {
    if (!item.ended_at || !item.talk_s) continue;
    const end = Date.parse(item.ended_at);
    const talkFrom = end - (item.talk_s + item.hold_s) * 1000;
    bars.push({ kind: 'talk', from: share(talkFrom), width: share(end) - share(talkFrom) });
    if (item.wrap_up_s) bars.push({ kind: 'wrap', from: share(end), width: share(end + item.wrap_up_s * 1000) - share(end) });
  }
  return { fromHour, toHour, bars, now: share(nowMs) };
}
