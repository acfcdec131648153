export const PERIODS = ['today', 'week', 'month', 'all', 'days'] as const;
export type Period = (typeof PERIODS)[number];

export function isPeriod(value: unknown): value is Period {
  return PERIODS.includes(value as Period);
}

const DAYS: Partial<Record<Period, number>> = { today: 0, week: 6, month: 29 };

/** The days of a period as moments of this browser's zone: `from` is within, `to` is not. */
export function momentsOf(period: Period, since: string, until: string, now: Date): { from?: string; to?: string } {
  if (period === 'days') return { from: dayStart(since, 0), to: dayStart(until, 1) };
  const back = DAYS[period];
  if (back === undefined) return {};
  return { from: new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toISOString() };
}

/** Midnight at which `YYYY-MM-DD` begins, so many days later. */
function dayStart(day: string, later: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + later).toISOString();
}
