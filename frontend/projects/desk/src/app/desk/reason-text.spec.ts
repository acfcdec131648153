import type { DeskReason } from '../contract/contract';
import { narrowingRules, reasonKeys, reasonParams, waitingKeys, type Waiting } from './reason-text';

const reason: DeskReason = {
  by: 'longest_relative_wait', preferred: null, ring: 0, waited_s: 34.4, relative_wait: 1.716,
  agents_free: 3, agent_order: 'least_occupied', occupancy: 0.614, idle_s: 61, spared: 0,
};
const waiting: Waiting = {
  ring: 0, next_ring_in_s: null, waits_for: null, ahead: 2, agents_busy: 0, agents_unavailable: 0, agents_later: 0, agents_never: 4,
};

describe('reasons', () => {
  it('say how the contact and how the agent was chosen', () => {
    expect(reasonKeys(reason, 'why')).toEqual(['why.longest_relative_wait', 'why.agent.least_occupied']);
    expect(reasonKeys({ ...reason, agents_free: 1 }, 'why')).toEqual(['why.longest_relative_wait', 'why.agent.one']);
    expect(reasonKeys({ ...reason, spared: 1 }, 'because')).toEqual(['because.longest_relative_wait', 'because.agent.spared']);
    expect(reasonKeys({ ...reason, by: 'guard', ring: 1 }, 'why')).toEqual(['why.guard', 'why.agent.least_occupied', 'why.wider']);
    expect(reasonParams(reason)).toEqual({ waited: '0:34', relative: 172, free: 3, occupancy: 61, idle: '1:01', ring: 1, spared: 0 });
  });

  it('say nothing of others where it was meant for one', () => {
    expect(reasonKeys({ ...reason, by: 'only' }, 'why')).toEqual(['why.only']);
    expect(reasonKeys({ ...reason, by: 'preferred', preferred: 'last_agent' }, 'why')).toEqual(['why.preferred.last_agent']);
  });

  it('name the rules by which not everybody may take it', () => {
    const rule = (name: string, decided: ('queue' | 'skills' | 'prefer')[]) => ({ rule: name, because: [], decided });
    const routed = { rules: [rule('VIP', ['queue']), rule('tajik', ['skills']), rule('manager', ['queue', 'prefer']), rule('idle', [])], waits_for: [], dropped: false, unknown: null };
    expect(narrowingRules(routed)).toEqual(['tajik', 'manager']);
    expect(narrowingRules(null)).toEqual([]);
  });

  it('say what the agents do who could take it', () => {
    expect(waitingKeys(waiting)).toEqual(['waiting.nobody']);
    expect(waitingKeys({ ...waiting, agents_never: 0 })).toEqual(['waiting.none']);
    expect(waitingKeys({ ...waiting, agents_busy: 2, agents_unavailable: 1 })).toEqual(['waiting.busy', 'waiting.unavailable']);
    expect(waitingKeys({ ...waiting, agents_later: 3, next_ring_in_s: 12 })).toEqual(['waiting.later']);
  });
});
