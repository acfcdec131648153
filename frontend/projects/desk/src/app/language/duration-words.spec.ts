import { durationInWords } from './duration-words';

describe('a wait in words', () => {
  it.each([
    [1, '1 секунду'], [3, '3 секунды'], [25, '25 секунд'], [60, '1 минуту'], [83, '1 минуту 23 секунды'], [899, '15 минут'],
  ])('%d s in Russian', (seconds, text) => {
    expect(durationInWords(seconds, 'ru')).toBe(text);
  });

  it('in Tajik and English', () => {
    expect(durationInWords(122, 'tg')).toBe('2 дақиқа 2 сония');
    expect(durationInWords(61, 'en')).toBe('1 minute 1 second');
  });
});
