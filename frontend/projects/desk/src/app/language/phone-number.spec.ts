import { formatPhoneNumber, toDialledNumber } from './phone-number';

describe('phone numbers', () => {
  it.each([
    ['+992930004517', '+992 93 000 45 17'],
    ['+79161234567', '+7 916 123 45 67'],
    ['930004517', '93 000 45 17'],
    ['0611', '0611'],
    ['+992 •• ••• 45 17', '+992 •• ••• 45 17'],
    ['', ''],
    [null, ''],
  ])('%s is read as %s', (number, text) => {
    expect(formatPhoneNumber(number)).toBe(text);
  });

  it('of other countries keep every digit', () => {
    for (const number of ['+4915112345678', '+12025550123', '+998901234567']) {
      expect(formatPhoneNumber(number).replace(/\s/g, '')).toBe(number);
    }
  });

  it.each([
    ['93 000 45 17', '+992930004517'],
    ['+992 93 000-45-17', '+992930004517'],
    ['(7) 916 123 45 67', '+79161234567'],
    ['перерыв', ''],
    ['123', ''],
  ])('typed as %s is %s', (typed, number) => {
    expect(toDialledNumber(typed)).toBe(number);
  });
});
