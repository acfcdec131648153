/** One agent's desk, moved from scene to scene by orders and by the person who takes pictures. */
import { randomUUID } from 'node:crypto';
import { ago, ahead, BREAKS, CALLER, PEOPLE, QUEUES } from './data.js';

const [ME, COLLEAGUE] = PEOPLE;
const WRAP_UP_S = 120;

const party = (changes = {}) => ({ id: randomUUID(), agent: { id: COLLEAGUE.id, name: COLLEAGUE.name }, number: null, state: 'talking', joined: false, lost: false, ...changes });
const OUTSIDE = party({ agent: null, number: '+992372270011', joined: true });

/** Scenes with others in the call: what they change of the interaction. */
const PARTIES = {
  asking: { state: 'held', aside: true, parties: [party({ state: 'ringing' })] },
  asked: { state: 'held', aside: true, parties: [party()] },
  swapped: { parties: [party()] },
  not_asked: { state: 'held', missed: { agent: { id: COLLEAGUE.id, name: COLLEAGUE.name }, number: null, outcome: 'rejected' } },
  conference: { recording: 'paused', parties: [OUTSIDE, party({ joined: true })] },
  conference_asking: { recording: 'paused', aside: true, parties: [OUTSIDE, party()] },
  guest: { guest_of: { id: COLLEAGUE.id, name: COLLEAGUE.name }, aside: true, parties: [party({ agent: { id: ME.id, name: ME.name } })] },
  calling: { direction: 'outbound', state: 'calling', entry_point: { number: '+992446000111', name: '' }, answered_at: null, segments: [{ kind: 'dial', started_at: ago(9), ended_at: null, agent: { id: ME.id, name: ME.name } }], started_at: ago(9), recording: 'off' },
  calling_colleague: { direction: 'internal', state: 'calling', caller: { number: '', hidden: false, name: null }, entry_point: { number: '', name: '' }, answered_at: null, segments: [{ kind: 'dial', started_at: ago(9), ended_at: null, agent: { id: ME.id, name: ME.name } }], started_at: ago(9), recording: 'off', parties: [party({ state: 'ringing' })] },
  not_reached: { direction: 'outbound', state: 'wrap_up', entry_point: { number: '+992446000111', name: '' }, end_reason: 'busy', recording: 'off', answered_at: null },
  card: { recording: 'paused', recording_paused_until: true },
};

export class ScriptedDesk {
  #seq = 0;
  #listeners = new Set();
  agent = { id: ME.id, name: ME.name, state: 'ready', reason: null, since: ago(138), next: null, wrap_up_until: null, break_until: null, break_over: false, wish: null, answer: null };
  phone = { available: true, registered: true, detail: null };
  interaction = null;
  queues = QUEUES;
  passed = null;

  view() {
    const { agent, phone, interaction, queues } = this;
    const breaks = [{ code: 'lunch', at_once: 2, taken: 2, first_back: { id: PEOPLE[1].id, name: 'Назарова Мадина' }, first_back_at: ahead(780) }];
    return { epoch: 1, seq: this.#seq, at: new Date().toISOString(), agent, phone, interaction, queues, breaks };
  }

  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    this.#seq++;
    for (const listener of this.#listeners) listener(this.view());
    return this.view();
  }

  /** Orders of the agent. */
  choose(state, reason = null) {
    if (this.interaction) this.agent = { ...this.agent, next: { state, reason } };
    else this.#become(state, reason);
    return this.changed();
  }

  order(name) {
    const scenes = { consult: 'asking', swap: 'swapped', join: 'conference', return: 'talking', 'recording/pause': 'card', 'recording/resume': 'talking' };
    if (scenes[name]) this.scene(scenes[name]);
    else if (name === 'hold') this.scene('held');
    else if (name === 'resume') this.scene('talking');
    else if (['hang-up', 'transfer', 'complete'].includes(name)) this.scene('wrap_up');
    else this.scene('not_answering');
    return this.view();
  }

  finish(next, reason = null) {
    this.interaction = null;
    this.#become(next, reason);
    return this.changed();
  }

  withdraw() {
    this.agent = { ...this.agent, wish: null };
    return this.changed();
  }

  /** Where the story is: an agent's state, or a state of the call. */
  scene(name) {
    this.passed = { passed_on: { by: COLLEAGUE, failed: null }, came_back: { by: ME, failed: 'ring_no_answer' } }[name] ?? null;
    if (this.passed) name = 'talking';
    const parties = PARTIES[name];
    if (parties) {
      this.#call(parties.state === 'calling' ? 'talking' : (parties.state ?? 'talking'));
      this.interaction = { ...this.interaction, ...parties, ...(parties.recording_paused_until ? { recording_paused_until: ahead(97) } : {}) };
      this.changed();
      return;
    }
    if (['announced', 'ringing', 'talking', 'held', 'wrap_up'].includes(name)) this.#call(name);
    else {
      this.interaction = null;
      const reason = { break: 'lunch', not_answering: 'ring_no_answer' }[name] ?? null;
      const [state, stage] = name.split('-');
      const sinceS = { near: 2620, over: 3010 }[stage] ?? (state === 'break' ? 1122 : 138);
      this.#become(state, stage && state === 'break' ? 'lunch' : reason, sinceS);
      if (stage === 'wish') this.agent = { ...this.agent, wish: { id: randomUUID(), reason: 'training', asked_at: ago(128), until: ahead(772) } };
      if (stage === 'denied') this.agent = { ...this.agent, answer: { reason: 'training', outcome: 'denied', at: ago(20), note: 'После 16:00, сейчас очередь.', by: { id: PEOPLE[1].id, name: PEOPLE[1].name } } };
    }
    this.changed();
  }

  #become(state, reason, sinceS = 0) {
    const limit = state === 'break' ? BREAKS.find(item => item.code === reason)?.limit_s : null;
    this.agent = {
      ...this.agent, state, reason, since: ago(sinceS), next: null, wrap_up_until: null, wish: null, answer: null,
      break_until: limit ? ahead(limit - sinceS) : null, break_over: Boolean(limit && sinceS > limit),
    };
  }

  #call(state) {
    const coming = state === 'announced' || state === 'ringing';
    const talkS = coming ? 0 : 252;
    const start = 73 + talkS;
    const me = { id: ME.id, name: ME.name };
    const part = (kind, fromS, toS, agent = null) => ({ kind, started_at: ago(fromS), ended_at: toS === null ? null : ago(toS), agent });
    const segments = [part('flow', start, start - 31), part('queue', start - 31, start - 67), part('ring', start - 67, coming ? null : talkS, me)];
    if (!coming) segments.push(part('talk', talkS, 120, me), part('hold', 120, 102, me), part('talk', 102, state === 'talking' ? null : 42, me));
    if (state === 'held') segments.push(part('hold', 42, null, me));
    if (state === 'wrap_up') segments.push(part('wrap_up', 42, null, me));
    this.interaction = {
      id: this.interaction?.id ?? randomUUID(), channel: 'voice', direction: 'inbound', state, caller: CALLER,
      queue: { id: QUEUES[0].id, name: QUEUES[0].name }, entry_point: { number: '+992446000111', name: 'Основной номер' },
      started_at: ago(start), answered_at: coming ? null : ago(talkS), held_since: state === 'held' ? ago(42) : null,
      ended_at: state === 'wrap_up' ? ago(42) : null, end_reason: state === 'wrap_up' ? 'caller_hung_up' : null,
      recording: coming ? 'off' : 'on', recording_paused_until: null, guest_of: null, aside: false, parties: [], missed: null, passed: this.passed, rejoin_until: null, segments,
      why: { by: 'longest_relative_wait', preferred: null, ring: 0, waited_s: 34, relative_wait: 1.7, agents_free: 3, agent_order: 'least_occupied', occupancy: 0.61, idle_s: 61 },
      routed: { rules: [{ rule: 'Премиум-клиенты', because: [{ attribute: 'vip', value: 'yes' }, { attribute: 'region', value: 'Согд' }], decided: ['queue', 'head_start'] }], waits_for: [], dropped: false, unknown: null },
    };
    this.agent = {
      ...this.agent, state: { announced: 'ringing', held: 'talking' }[state] ?? state, reason: null, since: coming ? ago(3) : ago(state === 'wrap_up' ? 42 : talkS),
      next: state === 'wrap_up' || state === 'talking' ? { state: 'ready', reason: null } : null, wrap_up_until: state === 'wrap_up' ? ahead(WRAP_UP_S - 42) : null,
    };
  }
}
