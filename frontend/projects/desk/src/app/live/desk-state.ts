import type { Desk, LiveMessage, QueueFigures } from '../contract/contract';

/** What the page knows about its agent, and how far it may trust that. */
export interface DeskState {
  readonly desk: Desk | null;
  readonly switchboardAvailable: boolean;
  /** The phone that was issued last, as far as this page was told. */
  readonly latestPhoneId: string | null;
  /** A later number was heard than the one we hold: a snapshot is owed. */
  readonly behind: boolean;
}

export const initialDeskState: DeskState = { desk: null, switchboardAvailable: true, latestPhoneId: null, behind: false };

interface Numbered {
  epoch: number;
  seq: number;
}

/** Whether `a` was written after `b`: a later owner, or later under the same one. */
export function isLater(a: Numbered, b: Numbered): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq);
}

/** A whole view replaces the one we hold, unless ours is later. */
export function takeDesk(state: DeskState, desk: Desk): DeskState {
  if (state.desk && isLater(state.desk, desk)) return state;
  return { ...state, desk, behind: false };
}

/** Figures go to everybody at once; a desk keeps those of the queues its view came with. */
function ownQueues(desk: Desk, figures: QueueFigures[]): QueueFigures[] {
  const own = new Set(desk.queues.map(queue => queue.id));
  return figures.filter(queue => own.has(queue.id));
}

export function reduceDesk(state: DeskState, message: LiveMessage): DeskState {
  switch (message.type) {
    case 'desk':
      return takeDesk(state, message.data);
    case 'queues':
      return state.desk ? { ...state, desk: { ...state.desk, queues: ownQueues(state.desk, message.data) } } : state;
    case 'number':
      return !state.desk || isLater(message, state.desk) ? { ...state, behind: true } : state;
    case 'switchboard':
      return { ...state, switchboardAvailable: message.available };
    case 'superseded':
      return { ...state, latestPhoneId: message.phone_id };
    default:
      return state;
  }
}
