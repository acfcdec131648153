/** An agent's day of the scripted operator, in UTC as the machine of the pictures. */
const DAY_MS = 86_400_000;
const ROUND = [['ready', 190], ['talking', 330], ['wrap_up', 45], ['ready', 80], ['talking', 270], ['wrap_up', 60]];

export function dayOf() {
  const now = Date.now();
  const start = now - (now % DAY_MS);
  const begun = Math.max(start, now - 5.3 * 3_600_000);
  const iso = ms => new Date(ms).toISOString();
  const ribbon = [{ state: 'offline', reason: null, started_at: iso(start), ended_at: iso(begun) }];
  const states = { offline: (begun - start) / 1000 };
  let at = begun;
  for (let n = 0; at < now; n++) {
    const [state, seconds] = n % 23 === 22 ? ['break', n % 46 === 45 ? 2900 : 1300] : ROUND[n % ROUND.length];
    const end = Math.min(now, at + seconds * 1000);
    ribbon.push({ state, reason: state === 'break' ? 'lunch' : null, started_at: iso(at), ended_at: end === now ? null : iso(end) });
    states[state] = (states[state] ?? 0) + (end - at) / 1000;
    at = end;
  }
  const worked = (states.talking ?? 0) + (states.wrap_up ?? 0);
  return {
    date: iso(start).slice(0, 10), time_zone: 'UTC', starts_at: iso(start), ends_at: iso(start + DAY_MS), at: iso(now), handled: 36, missed: 1,
    aht_s: 353, average_talk_s: 291, average_hold_s: 9, average_wrap_up_s: 53, occupancy: worked / (worked + states.ready), worked_s: worked,
    states, ribbon, limits_passed: [{ reason: 'lunch', at: iso(now - 4_000_000), limit_s: 2700 }],
  };
}
