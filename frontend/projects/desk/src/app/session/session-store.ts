import { computed, DOCUMENT, inject, Injectable, signal } from '@angular/core';
import type { Locale, Preferences, Session, Site, Theme as ThemeChoice } from '../contract/contract';
import type { Right, Whose } from '../contract/rights';
import { OvozApi } from '../contract/ovoz-api';
import { isLocale, Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { forgetPerson, keepOfBrowser } from './browser-storage';
import { Theme } from './theme';

/** Who is signed in, where, and how they like the page. */
@Injectable({ providedIn: 'root' })
export class SessionStore {
  private readonly api = inject(OvozApi);
  private readonly document = inject(DOCUMENT);
  private readonly language = inject(Language);
  private readonly theme = inject(Theme);
  private readonly currentSession = signal<Session | null>(null);
  private readonly currentSite = signal<Site | null>(null);

  readonly session = this.currentSession.asReadonly();
  readonly site = this.currentSite.asReadonly();
  readonly usesDesk = computed(() => this.may('desk.use'));
  readonly autoAnswer = computed(() => this.currentSession()?.preferences.auto_answer ?? false);

  may(right: Right): boolean {
    return this.currentSession()?.rights.includes(right) ?? false;
  }

  /** Whose things the right reaches at most; null without it. The hours of a right are the server's to judge. */
  reaches(right: Right): Whose | null {
    return this.may(right) ? (this.currentSession()?.scopes?.[right] ?? 'all') : null;
  }

  /** The session of this browser, or the problem why there is none. */
  async load(): Promise<Session | Problem> {
    const known = this.currentSession();
    if (known) return known;
    try {
      return await this.open(await this.api.session());
    } catch (error) {
      return toProblem(error);
    }
  }

  async loadSite(): Promise<Site> {
    const site = await this.api.site();
    this.currentSite.set(site);
    if (!this.language.isChosen && isLocale(site.locale)) await this.language.use(site.locale);
    return site;
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.open(await this.api.signIn(email, password));
  }

  /** The page is loaded anew, so that nothing of the person stays in memory; also when the platform does not answer. */
  async signOut(): Promise<void> {
    const putBack = keepOfBrowser(localStorage);
    try {
      await this.api.signOut();
    } finally {
      putBack();
      this.leave('/sign-in');
    }
  }

  /** The session is over: what the person left here goes, and the page is loaded anew at this address. */
  leave(address: string): void {
    this.currentSession.set(null);
    forgetPerson(localStorage, sessionStorage);
    this.document.location.replace(address);
  }

  async chooseLocale(locale: Locale): Promise<void> {
    await this.language.choose(locale);
    await this.save({ locale });
  }

  async chooseTheme(theme: ThemeChoice): Promise<void> {
    this.theme.choose(theme);
    await this.save({ theme });
  }

  async chooseAutoAnswer(autoAnswer: boolean): Promise<void> {
    await this.save({ auto_answer: autoAnswer });
  }

  private async save(change: Partial<Preferences>): Promise<void> {
    const session = this.currentSession();
    if (!session) return;
    this.currentSession.set({ ...session, preferences: { ...session.preferences, ...change } });
    try {
      const preferences = await this.api.savePreferences(change);
      this.currentSession.update(current => (current ? { ...current, preferences } : current));
    } catch (error) {
      await this.open(session);
      throw error;
    }
  }

  private async open(session: Session): Promise<Session> {
    if (isLocale(session.preferences.locale)) await this.language.choose(session.preferences.locale);
    this.theme.choose(session.preferences.theme);
    this.currentSession.set(session);
    return session;
  }
}
