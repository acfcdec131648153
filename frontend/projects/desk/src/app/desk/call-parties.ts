import type { LiveInteraction, Party } from '../contract/contract';

/** What an agent may do about the others in a call, at this moment. */
export interface CallParties {
  /** A colleague has the call; this agent was asked or joined. */
  guest: boolean;
  /** Who is asked aside, and not joined. */
  asked: Party | null;
  joined: readonly Party[];
  mayHold: boolean;
  mayTransfer: boolean;
  mayConsult: boolean;
  maySwap: boolean;
  mayJoin: boolean;
  mayComplete: boolean;
  mayReturn: boolean;
  mayPauseRecording: boolean;
  mayResumeRecording: boolean;
}

/** The switchboard refuses the same; a button that would be refused is not offered. */
export function partiesOf(call: LiveInteraction | null): CallParties {
  const inCall = call?.state === 'talking' || call?.state === 'held';
  const guest = call?.guest_of != null;
  const asked = call?.parties.find(party => !party.joined) ?? null;
  const joined = call?.parties.filter(party => party.joined) ?? [];
  const mine = inCall && !guest && call.rejoin_until === null;
  const there = asked?.state === 'talking' && !asked.lost;
  return {
    guest,
    asked,
    joined,
    mayHold: mine && joined.length === 0 && !call.aside,
    mayTransfer: mine && call.parties.length === 0,
    mayConsult: mine && asked === null,
    maySwap: mine && there,
    mayJoin: mine && there,
    mayComplete: mine && (there || (asked === null && joined.length > 0)),
    mayReturn: mine && asked !== null,
    mayPauseRecording: mine && call.recording === 'on',
    mayResumeRecording: mine && call.recording_paused_until !== null,
  };
}

/** The name of the other one in a call between colleagues, which has no caller. */
export function colleagueOf(call: LiveInteraction | null): string {
  if (call?.direction !== 'internal') return '';
  return call.guest_of?.name ?? call.parties.find(party => party.agent)?.agent?.name ?? '';
}
