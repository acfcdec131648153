import { describe, expect, it } from 'vitest';
import type { TargetQueue, Targets } from '../contract/contract';
import { numberOf, queueWord, transferChoices } from './transfer-choices';

const agent = (id: string, name: string, free: boolean) => ({ id, name, state: free ? 'ready' : 'talking', since: '2026-11-25T09:00:00Z', free }) as const;
const queue = (changes: Partial<TargetQueue>): TargetQueue => ({
  id: 'q1', name: 'Интернет', waiting: 2, longest_since: null, estimated_wait_s: null, estimate_error_s: null, agents_ready: 1, agents_signed_in: 2, open: true, turns_at: null, refuses: null, leads_to: null, ...changes,
});
const TARGETS: Targets = {
  agents: [agent('a1', 'Анна Белова', false), agent('a2', 'Рустам Назаров', true)],
  queues: [queue({})],
  entry_points: [{ id: 'e1', number: '+992446000100', name: 'Поддержка', queue: { id: 'q1', name: 'Интернет' } }],
};

describe('transferChoices', () => {
  it('offers everything, those who are free first, and nobody who is not free to be chosen', () => {
    const choices = transferChoices(TARGETS, '', true);
    expect(choices.map(choice => [choice.title, choice.enabled])).toEqual([
      ['Рустам Назаров', true], ['Анна Белова', false], ['Интернет', true], ['Поддержка', true],
    ]);
  });

  it('finds by part of a name, whatever the case', () => {
    expect(transferChoices(TARGETS, 'назар', true).map(choice => choice.to)).toEqual([{ to: 'agent', id: 'a2' }]);
  });

  it('takes digits for a number, and for part of an entry point’s', () => {
    expect(transferChoices(TARGETS, '446000100', true).map(choice => choice.to)).toEqual([
      { to: 'number', number: '+992446000100' }, { to: 'entry_point', id: 'e1' },
    ]);
  });

  it('shows a number that one may not call, and does not let it be chosen', () => {
    expect(transferChoices(TARGETS, '+992900000102', false)[0]).toMatchObject({ group: 'number', enabled: false });
  });
});

describe('a queue that would not let the call wait', () => {
  const chosen = (changes: Partial<TargetQueue>) =>
    transferChoices({ ...TARGETS, agents: [], queues: [queue(changes)] }, '', true).map(({ group, enabled, mayAsk }) => [group, enabled, mayAsk]);

  it('is not transferred to while it is closed, nor is its line; somebody in it can be asked', () => {
    expect(chosen({ open: false, refuses: 'queue_closed' })).toEqual([['queue', false, true], ['entry_point', false, false]]);
    expect(chosen({ open: false, refuses: 'queue_closed', agents_ready: 0 })[0]).toEqual(['queue', false, false]);
  });

  it('can be chosen where its rules lead on', () => {
    expect(chosen({ open: false, leads_to: { kind: 'queue', name: 'Ночная' } })).toEqual([['queue', true, true], ['entry_point', true, false]]);
  });

  it('says why, until when, and where to', () => {
    expect(queueWord(queue({})).key).toBeNull();
    expect(queueWord(queue({ open: false, refuses: 'queue_closed' })).key).toBe('closed');
    expect(queueWord(queue({ open: false, turns_at: '2026-11-26T03:00:00Z', leads_to: { kind: 'number', name: '+992900000555' } }))).toEqual({
      key: 'closed_until', until: '2026-11-26T03:00:00Z', leadsTo: { kind: 'number', name: '+992900000555' },
    });
    expect(queueWord(queue({ refuses: 'queue_full', turns_at: '2026-11-26T03:00:00Z' }))).toEqual({ key: 'queue_full', until: null, leadsTo: null });
  });
});

describe('numberOf', () => {
  it.each([['112', '112'], ['93 000 45 17', '+992930004517'], ['+7 900 000 00 00', '+79000000000'], ['Анна', ''], ['1', ''], ['+112', '']])('%s is %s', (typed, number) => {
    expect(numberOf(typed)).toBe(number);
  });
});
