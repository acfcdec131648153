import type { Locale } from '../contract/contract';

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const MINUTES: Record<Locale, Forms> = {
  ru: { one: 'минуту', few: 'минуты', other: 'минут' },
  tg: { other: 'дақиқа' },
  en: { one: 'minute', other: 'minutes' },
};

const SECONDS: Record<Locale, Forms> = {
  ru: { one: 'секунду', few: 'секунды', other: 'секунд' },
  tg: { other: 'сония' },
  en: { one: 'second', other: 'seconds' },
};

/** A wait in words, as it stands after "in": 2 минуты 5 секунд. Above ten minutes without seconds. */
export function durationInWords(seconds: number, locale: Locale): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const minutes = whole >= 600 ? Math.ceil(whole / 60) : Math.floor(whole / 60);
  const rest = whole >= 600 ? 0 : whole % 60;
  const rules = new Intl.PluralRules(locale === 'tg' ? 'ru' : locale);
  const words = (count: number, forms: Forms) => `${count} ${forms[rules.select(count)] ?? forms.other}`;
  return [minutes > 0 ? words(minutes, MINUTES[locale]) : '', rest > 0 || minutes === 0 ? words(rest, SECONDS[locale]) : '']
    .filter(Boolean)
    .join(' ');
}
