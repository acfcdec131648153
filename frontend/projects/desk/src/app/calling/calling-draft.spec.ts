import { draftOf, faultsOf, rulesOf } from './calling-draft';

const NUMBERS = ['+992446000100', '+992446000101'];

describe('the form of the rules for calls', () => {
  it('keeps what the platform said, with a number or without', () => {
    for (const caller_number of [null, '+992446000101']) {
      const rules = { caller_number, recording_pause_s: 45 };
      expect(rulesOf(draftOf(rules))).toEqual(rules);
      expect(faultsOf(draftOf(rules), NUMBERS).size).toBe(0);
    }
  });

  it('refuses a number that is the operator’s no more', () => {
    expect([...faultsOf({ number: '+992900000101', pause: '45' }, NUMBERS)]).toEqual(['number']);
    expect([...faultsOf({ number: '', pause: '45' }, [])]).toEqual([]);
  });

  it.each([['9', true], ['10', false], [' 600 ', false], ['601', true], ['', true], ['1e2', true], ['45.5', true], ['минута', true]])('takes %j for a pause: wrong %s', (pause, wrong) => {
    expect(faultsOf({ number: '', pause }, NUMBERS).has('pause')).toBe(wrong);
  });
});
