import type { Locale } from '../contract/contract';

/** Browsers come without Tajik calendars, so the names stand here for all three languages. */
const MONTHS: Record<Locale, readonly string[]> = {
  ru: ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
  tg: ['январи', 'феврали', 'марти', 'апрели', 'майи', 'июни', 'июли', 'августи', 'сентябри', 'октябри', 'ноябри', 'декабри'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

const SHORT_MONTHS: Record<Locale, readonly string[]> = {
  ru: ['янв', 'фев', 'мар', 'апр', 'мая', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'],
  tg: ['янв', 'фев', 'мар', 'апр', 'май', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};

const WEEKDAYS: Record<Locale, readonly string[]> = {
  ru: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
  tg: ['якшанбе', 'душанбе', 'сешанбе', 'чоршанбе', 'панҷшанбе', 'ҷумъа', 'шанбе'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** 14:03 */
export function formatTime(at: string | number | Date): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 14:03:09 */
export function formatTimeWithSeconds(at: string | number | Date): string {
  return `${formatTime(at)}:${two(new Date(at).getSeconds())}`;
}

/** вторник, 24 ноября */
export function formatDay(at: string | number | Date, locale: Locale): string {
  const date = new Date(at);
  return `${WEEKDAYS[locale][date.getDay()] ?? ''}, ${date.getDate()} ${MONTHS[locale][date.getMonth()] ?? ''}`;
}

/** 24 ноя, and the year when it is another one */
export function formatShortDay(at: string | number | Date, locale: Locale, now = new Date()): string {
  const date = new Date(at);
  const text = `${date.getDate()} ${SHORT_MONTHS[locale][date.getMonth()] ?? ''}`;
  return date.getFullYear() === now.getFullYear() ? text : `${text} ${date.getFullYear()}`;
}

export function isSameDay(a: string | number | Date, b: string | number | Date): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** The time when it was today, the day otherwise. */
export function formatWhen(at: string, locale: Locale, now: number): string {
  return isSameDay(at, now) ? formatTime(at) : formatShortDay(at, locale, new Date(now));
}
