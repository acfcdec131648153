import { DOCUMENT, inject, Injectable, signal } from '@angular/core';
import { type Translation, TranslocoService, type TranslocoLoader } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import type { Locale, Names } from '../contract/contract';

export const LOCALES: readonly { code: Locale; name: string }[] = [
  { code: 'ru', name: 'Русский' },
  { code: 'tg', name: 'Тоҷикӣ' },
  { code: 'en', name: 'English' },
];

const STORED = 'ovoz.locale';

export function isLocale(value: unknown): value is Locale {
  return value === 'ru' || value === 'tg' || value === 'en';
}

/** One file a language, loaded when it is first wanted. */
@Injectable({ providedIn: 'root' })
export class TextLoader implements TranslocoLoader {
  async getTranslation(locale: string): Promise<Translation> {
    switch (locale) {
      case 'tg':
        return (await import('../../i18n/tg.json')).default;
      case 'en':
        return (await import('../../i18n/en.json')).default;
      default:
        return (await import('../../i18n/ru.json')).default;
    }
  }
}

/** The language of the page. */
@Injectable({ providedIn: 'root' })
export class Language {
  private readonly transloco = inject(TranslocoService);
  private readonly document = inject(DOCUMENT);
  private readonly current = signal<Locale>('ru');

  readonly locale = this.current.asReadonly();

  /** Loads what the person chose last time, before anything is shown. */
  async start(): Promise<void> {
    const stored = localStorage.getItem(STORED);
    await this.use(isLocale(stored) ? stored : 'ru');
  }

  get isChosen(): boolean {
    return isLocale(localStorage.getItem(STORED));
  }

  async choose(locale: Locale): Promise<void> {
    localStorage.setItem(STORED, locale);
    await this.use(locale);
  }

  async use(locale: Locale): Promise<void> {
    await firstValueFrom(this.transloco.load(locale));
    this.transloco.setActiveLang(locale);
    this.current.set(locale);
    this.document.documentElement.lang = locale;
  }

  /** A name that the tenant gave in several languages. */
  nameOf(names: Names | undefined, fallback: string): string {
    return names?.[this.current()] ?? names?.ru ?? Object.values(names ?? {})[0] ?? fallback;
  }

  text(key: string, params?: Record<string, unknown>): string {
    return this.transloco.translate(key, params, this.current());
  }

  /** A figure with as many decimals as given; Tajik writes it as Russian does. */
  number(value: number, digits: number): string {
    const locale = this.current() === 'tg' ? 'ru' : this.current();
    return value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  has(key: string): boolean {
    return this.transloco.getTranslation(this.current())[key] !== undefined;
  }
}
