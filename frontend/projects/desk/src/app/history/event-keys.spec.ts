import ru from '../../i18n/ru.json';
import { eventKeys } from './event-keys';

/** Every fact that the platform writes about a call or an agent (`switchboard/state`, `recordings/events.py`). */
const FACTS: [string, Record<string, unknown>][] = [
  ['agents.next_state_chosen.v1', {}],
  ['agents.phone_issued.v1', {}],
  ['agents.state_changed.v1', {}],
  ['calls.agent_leg_lost.v1', {}],
  ['calls.agent_rejoined.v1', {}],
  ['calls.agent_rung_again.v1', {}],
  ['calls.call_answered.v1', {}],
  ['calls.call_ended.v1', {}],
  ['calls.call_held.v1', {}],
  ['calls.call_offered.v1', { attempt: 1 }],
  ['calls.call_offered.v1', { attempt: 2 }],
  ...['queue', 'number', 'goodbye'].map((target): [string, Record<string, unknown>] => ['calls.call_overflowed.v1', { target }]),
  ['calls.call_queued.v1', {}],
  ['calls.call_resumed.v1', {}],
  ['calls.call_started.v1', {}],
  ['calls.caller_recognised.v1', {}],
  ['calls.digit_pressed.v1', { party: 'agent' }],
  ['calls.digit_pressed.v1', { party: 'caller' }],
  ['calls.position_announced.v1', {}],
  ['calls.position_announced.v1', { minutes: 3 }],
  ['calls.recording_failed.v1', {}],
  ...['ring_no_answer', 'rejected', 'phone_lost', 'ring_unknown', 'journal_unavailable', 'something_new'].map(
    (outcome): [string, Record<string, unknown>] => ['calls.ring_ended.v1', { outcome }],
  ),
  ['calls.ring_started.v1', {}],
  ['calls.wrap_up_finished.v1', { disposition: 'resolved', timed_out: false }],
  ['calls.wrap_up_finished.v1', { disposition: null, timed_out: true }],
  ['recordings.recording_stored.v1', {}],
];

describe('the texts of events', () => {
  it.each(FACTS)('%s %o has one', (type, params) => {
    expect(eventKeys({ type, params }).some(key => key in ru)).toBe(true);
  });

  it('tell the outcome of a ring first', () => {
    expect(eventKeys({ type: 'calls.ring_ended.v1', params: { outcome: 'rejected' } })[0]).toBe('event.ring_ended.rejected');
  });
});
