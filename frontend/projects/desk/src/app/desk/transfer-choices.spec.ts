import { describe, expect, it } from 'vitest';
import type { Targets } from '../contract/contract';
import { numberOf, transferChoices } from './transfer-choices';

const agent = (id: string, name: string, free: boolean) => ({ id, name, state: free ? 'ready' : 'talking', since: '2026-11-25T09:00:00Z', free }) as const;
const TARGETS: Targets = {
  agents: [agent('a1', 'Анна Белова', false), agent('a2', 'Рустам Назаров', true)],
  queues: [{ id: 'q1', name: 'Интернет', waiting: 2, longest_since: null, estimated_wait_s: null, estimate_error_s: null, agents_ready: 1, agents_signed_in: 2 }],
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

describe('numberOf', () => {
  it.each([['112', '112'], ['93 000 45 17', '+992930004517'], ['+7 900 000 00 00', '+79000000000'], ['Анна', ''], ['1', ''], ['+112', '']])('%s is %s', (typed, number) => {
    expect(numberOf(typed)).toBe(number);
  });
});
