/** How near a break is to its limit: a tenth of it, and two minutes at most, is a warning. */
export type BreakNearness = 'far' | 'near' | 'over';

const WARNING_S = 120;

export function nearnessOfLimit(sinceMs: number, untilMs: number, nowMs: number, over: boolean): BreakNearness {
  if (over || nowMs >= untilMs) return 'over';
  const warning = Math.min(WARNING_S * 1000, (untilMs - sinceMs) / 10);
  return untilMs - nowMs <= warning ? 'near' : 'far';
}
