import type { ConsultTo, TargetQueue, Targets, TransferTo } from '../contract/contract';
import { formatPhoneNumber, toDialledNumber } from '../language/phone-number';

export interface TransferChoice {
  id: string;
  group: 'agent' | 'queue' | 'entry_point' | 'number';
  title: string;
  agent?: Targets['agents'][number];
  /** Of a line, the queue it leads to. */
  queue?: TargetQueue;
  /** The number that is dialled; of an entry point, its own. */
  number?: string;
  to: TransferTo;
  /** As whom they can be asked first; null: a line is only transferred to. */
  ask: ConsultTo | null;
  /** Whether the call would be taken there now; the switchboard refuses the same. */
  enabled: boolean;
  /** Whether somebody there can be asked now: also in a queue that is closed. */
  mayAsk: boolean;
}

/** What a queue would do with the call, where that is something else than let it wait: a text, whether it keeps the call from there, and where its rules lead. */
export interface QueueWord {
  key: 'closed' | 'closed_until' | 'queue_full' | 'queue_lets_go' | null;
  until: string | null;
  leadsTo: TargetQueue['leads_to'];
}

export function queueWord(queue: TargetQueue): QueueWord {
  const leadsTo = queue.leads_to ?? null;
  if (!queue.open) return { key: queue.turns_at ? 'closed_until' : 'closed', until: queue.turns_at ?? null, leadsTo };
  return { key: queue.refuses && queue.refuses !== 'queue_closed' ? queue.refuses : null, until: null, leadsTo };
}

/** A short number as it is typed; else E.164. Empty when it is no number. */
export function numberOf(typed: string): string {
  const digits = typed.replace(/[\s()+.-]/g, '');
  return /^\d{2,6}$/.test(digits) && !typed.includes('+') ? digits : toDialledNumber(typed);
}

/** What the typed words may mean, those who can take the call now first. */
export function transferChoices(targets: Targets, typed: string, mayDial: boolean): TransferChoice[] {
  const words = typed.trim().toLowerCase();
  const digits = words.replace(/\D/g, '');
  const named = (...names: string[]) => names.some(name => name.toLowerCase().includes(words));
  const agents = targets.agents
    .filter(agent => named(agent.name))
    .sort((one, other) => Number(other.free) - Number(one.free) || one.name.localeCompare(other.name))
    .map((agent): TransferChoice => ({ id: `to-${agent.id}`, group: 'agent', title: agent.name, agent, to: { to: 'agent', id: agent.id }, ask: { to: 'agent', id: agent.id }, enabled: agent.free, mayAsk: agent.free }));
  const queues = targets.queues
    .filter(queue => named(queue.name))
    .map((queue): TransferChoice => ({ id: `to-${queue.id}`, group: 'queue', title: queue.name, queue, to: { to: 'queue', id: queue.id }, ask: { to: 'queue', id: queue.id }, enabled: !queue.refuses, mayAsk: queue.agents_ready > 0 }));
  const entries = targets.entry_points
    .filter(entry => named(entry.name) || (digits !== '' && entry.number.includes(digits)))
    .map((entry): TransferChoice => {
      const queue = targets.queues.find(known => known.id === entry.queue.id);
      return { id: `to-${entry.id}`, group: 'entry_point', title: entry.name, number: entry.number, ...(queue && { queue }), to: { to: 'entry_point', id: entry.id }, ask: null, enabled: !queue?.refuses, mayAsk: false };
    });
  const number = numberOf(typed);
  const outside: TransferChoice[] = number
    ? [{ id: 'to-number', group: 'number', title: formatPhoneNumber(number), number, to: { to: 'number', number }, ask: { to: 'number', number }, enabled: mayDial, mayAsk: mayDial }]
    : [];
  return [...outside, ...agents, ...queues, ...entries];
}
