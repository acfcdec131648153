import type { AgentState, LiveInteractionState, SegmentKind } from '../contract/contract';

/** The class that sets a state's two colours, and its icon. The word always stands beside them. */
export const AGENT_STATE_LOOK: Record<AgentState, { look: string; icon: string }> = {
  ready: { look: 's-ready', icon: 'check-circle' },
  ringing: { look: 's-ring', icon: 'bell' },
  talking: { look: 's-talk', icon: 'phone' },
  wrap_up: { look: 's-wrap', icon: 'pencil' },
  break: { look: 's-break', icon: 'coffee' },
  offline: { look: 's-offline', icon: 'offline' },
  not_answering: { look: 's-lost', icon: 'alert' },
};

export const INTERACTION_STATE_LOOK: Record<LiveInteractionState, { look: string; icon: string }> = {
  announced: { look: 's-ring', icon: 'phone-in' },
  ringing: { look: 's-ring', icon: 'phone-in' },
  calling: { look: 's-talk', icon: 'phone-out' },
  talking: { look: 's-talk', icon: 'phone-in' },
  held: { look: 's-hold', icon: 'pause' },
  wrap_up: { look: 's-wrap', icon: 'check' },
};

export const PHASE_OF_SEGMENT: Record<SegmentKind, 'menu' | 'wait' | 'ring' | 'talk' | 'hold' | 'outside' | 'wrap'> = {
  flow: 'menu',
  queue: 'wait',
  ring: 'ring',
  talk: 'talk',
  hold: 'hold',
  dial: 'ring',
  outside: 'outside',
  wrap_up: 'wrap',
};

export function channelIcon(channel: string, direction: string): string {
  if (channel !== 'voice') return channel === 'email' ? 'mail' : 'chat';
  return direction === 'inbound' ? 'phone-in' : 'phone-out';
}
