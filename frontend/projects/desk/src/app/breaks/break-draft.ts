import type { BreakReasonSettings } from '../contract/contract';
import type { BreakReasonRules } from './break-reasons-api';

/** What the form holds: numbers as they are typed, empty where there is no limit. */
export interface BreakDraft {
  code: string;
  ru: string;
  tg: string;
  en: string;
  minutes: string;
  atOnce: string;
  needsApproval: boolean;
}

export const NEW_DRAFT: BreakDraft = { code: '', ru: '', tg: '', en: '', minutes: '', atOnce: '', needsApproval: false };

/** Seconds that are no whole minutes stay as they are. */
export function draftOf({ code, names, limit_s, at_once, needs_approval }: BreakReasonSettings): BreakDraft {
  return { code, ...names, minutes: limit_s === null ? '' : String(limit_s / 60), atOnce: at_once === null ? '' : String(at_once), needsApproval: needs_approval };
}

export function rulesOf(draft: BreakDraft): BreakReasonRules {
  return {
    names: { ru: draft.ru.trim(), tg: draft.tg.trim(), en: draft.en.trim() },
    limit_s: draft.minutes.trim() === '' ? null : Math.round(Number(draft.minutes.replace(',', '.')) * 60),
    at_once: draft.atOnce.trim() === '' ? null : Number(draft.atOnce),
    needs_approval: draft.needsApproval,
  };
}

/** The fields that cannot be sent as they are. */
export function faultsOf(draft: BreakDraft, isNew: boolean): Set<keyof BreakDraft> {
  const faults = new Set<keyof BreakDraft>();
  for (const name of ['ru', 'tg', 'en'] as const) if (!draft[name].trim()) faults.add(name);
  if (isNew && !/^[a-z][a-z0-9_]{0,39}$/.test(draft.code)) faults.add('code');
  const { limit_s, at_once } = rulesOf(draft);
  if (limit_s !== null && !(limit_s >= 60 && limit_s <= 86_400)) faults.add('minutes');
  if (at_once !== null && !(Number.isInteger(at_once) && at_once >= 1 && at_once <= 10_000)) faults.add('atOnce');
  return faults;
}

/** A code from the English name, as long as nobody typed one. */
export function codeFrom(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40);
}

/** The codes with one of them a place earlier or later; the same list where that cannot be. */
export function moved(codes: readonly string[], code: string, by: -1 | 1): string[] {
  const from = codes.indexOf(code);
  const to = from + by;
  if (from < 0 || to < 0 || to >= codes.length) return [...codes];
  const order = [...codes];
  order.splice(to, 0, ...order.splice(from, 1));
  return order;
}
