/** Pause before attempt n (from 0): 0.2 s doubling to 5 s, of which a random half is taken off. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const full = Math.min(5000, 200 * 2 ** attempt);
  return full * (0.5 + random / 2);
}
