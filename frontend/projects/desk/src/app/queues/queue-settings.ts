import { timeOfDay } from '../roles/role-draft';
import type { OpeningWindow, OverflowRule, QueueFault, QueueSettings, RingRule } from '../contract/queues';

export const NEW_SETTINGS: QueueSettings = {
  name: '', members: [], language: null, priority: 0, weight: 1, target_s: 20, short_abandon_s: 5, max_length: 100, max_wait_s: 1800, ring_timeout_s: 20, wrap_up_s: 60, recorded: true, caller_number: null,
  rings: [{ after_s: 0, skills: {}, teams: [], everyone: false }], music: 'default', announcements: { position: true, estimated_wait: false, first_after_s: 30, every_s: 30, languages: ['ru'] },
  hours: { always: true, windows: [] }, overflow: [], dispositions: [],
};

export const WHENS = ['wait_s', 'length', 'estimated_wait_s', 'no_agents', 'closed'] as const;
export const THENS = ['queue', 'number', 'goodbye'] as const;
export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

export function hasFigure(when: OverflowRule['when']): boolean {
  return when !== 'no_agents' && when !== 'closed';
}

export function hasTarget(then: OverflowRule['then']): boolean {
  return then === 'queue' || then === 'number' || then === 'flow';
}

/** The rule after a change, without what its kind has no use for. */
export function asRule(rule: OverflowRule): OverflowRule {
  return { when: rule.when, then: rule.then, at_least: hasFigure(rule.when) ? (rule.at_least ?? 60) : null, to: hasTarget(rule.then) ? (rule.to ?? null) : null };
}

/** The names of fields in which two settings differ. */
export function differing(before: QueueSettings, after: QueueSettings): (keyof QueueSettings)[] {
  const said = (value: unknown) => JSON.stringify(value);
  return (Object.keys(NEW_SETTINGS) as (keyof QueueSettings)[]).filter(name => {
    if (name === 'members') return said([...before.members].sort()) !== said([...after.members].sort());
    return said(before[name]) !== said(after[name]);
  });
}

/** The fault of a field or of what is inside it. */
export function faultAt(faults: readonly QueueFault[], pointer: string): QueueFault | undefined {
  return faults.find(fault => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
}

/** A time as it was typed; the end of a day may be 24:00. Null for what is no time. */
export function readTime(typed: string, end: 'from' | 'until'): string | null {
  return end === 'until' && /^24([:. ]?00)?$/.test(typed.trim()) ? '24:00' : timeOfDay(typed);
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** Parts of a day's bar, in hundredths of the day; what goes over midnight stands on both days. */
export function barsOf(windows: readonly OpeningWindow[], day: number): { from: number; width: number }[] {
  const bars: { from: number; width: number }[] = [];
  for (const window of windows) {
    const [from, until] = [minutes(window.from), minutes(window.until)];
    const overnight = until <= from;
    if (window.day === day) bars.push({ from: from / 14.4, width: ((overnight ? 1440 : until) - from) / 14.4 });
    if (overnight && (window.day % 7) + 1 === day && until > 0) bars.push({ from: 0, width: until / 14.4 });
  }
  return bars;
}

/** A skill that a ring asks for; level 0 is not asked for. */
export function withSkill(ring: RingRule, code: string, level: number): RingRule {
  const rest = Object.fromEntries(Object.entries(ring.skills).filter(([known]) => known !== code));
  return { ...ring, skills: level > 0 ? { ...rest, [code]: level } : rest };
}
