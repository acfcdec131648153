import { describe, expect, it } from 'vitest';
import type { LiveInteraction, Party } from '../contract/contract';
import { partiesOf } from './call-parties';

const party = (changes: Partial<Party>): Party => ({ id: 'p', agent: null, number: '+992900000555', state: 'talking', joined: false, lost: false, ...changes });
const call = (changes: Partial<LiveInteraction>) => ({ state: 'talking', guest_of: null, parties: [], aside: false, recording: 'on', recording_paused_until: null, rejoin_until: null, ...changes }) as unknown as LiveInteraction;
const offered = (of: LiveInteraction | null) => Object.entries(partiesOf(of)).filter(([key, value]) => key.startsWith('may') && value === true).map(([key]) => key);

describe('partiesOf', () => {
  it('offers nothing without a call, and nothing while the line is lost', () => {
    expect(offered(null)).toEqual([]);
    expect(offered(call({ rejoin_until: '2026-11-25T09:00:00Z' }))).toEqual([]);
  });

  it('lets who has the call ask, transfer and hold while they are alone with the caller', () => {
    expect(offered(call({}))).toEqual(['mayHold', 'mayTransfer', 'mayConsult', 'mayPauseRecording']);
  });

  it('lets only go back while somebody is called, and everything else once they are there', () => {
    expect(offered(call({ state: 'held', aside: true, parties: [party({ state: 'ringing' })] }))).toEqual(['mayReturn', 'mayPauseRecording']);
    expect(offered(call({ state: 'held', aside: true, parties: [party({})] }))).toEqual(['maySwap', 'mayJoin', 'mayComplete', 'mayReturn', 'mayPauseRecording']);
  });

  it('lets nobody be put on hold who speaks with others', () => {
    expect(offered(call({ parties: [party({ joined: true })], recording: 'paused' }))).toEqual(['mayConsult', 'mayComplete']);
  });

  it('lets a guest do nothing but leave', () => {
    expect(offered(call({ guest_of: { id: 'a', name: 'Мадина' }, parties: [party({})] }))).toEqual([]);
  });
});
