import en from '../../i18n/en.json';
import ru from '../../i18n/ru.json';
import tg from '../../i18n/tg.json';

const LANGUAGES: Record<string, Record<string, string>> = { ru, tg, en };

const placeholders = (text: string) => [...text.matchAll(/\{\{ (\w+) \}\}/g)].map(match => match[1]).sort();

describe('texts', () => {
  it.each(Object.keys(LANGUAGES))('%s has every text, and none is empty', language => {
    const texts = LANGUAGES[language] ?? {};
    expect(Object.keys(texts).sort()).toEqual(Object.keys(ru).sort());
    expect(Object.entries(texts).filter(([, text]) => !text.trim())).toEqual([]);
  });

  it('say the same values in each language', () => {
    for (const key of Object.keys(ru)) {
      const [first, ...others] = Object.values(LANGUAGES).map(texts => placeholders(texts[key] ?? ''));
      for (const other of others) expect(other, key).toEqual(first);
    }
  });
});
