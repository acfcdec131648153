import type { ElementRef} from '@angular/core';
import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input, linkedSignal, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Brand, Icon, LevelMeter, QualityBars } from '@ovoz/ui';
import type { DemoAccount, Locale, Theme as ThemeChoice } from '../contract/contract';
import { formatDay, formatTime } from '../language/dates';
import { durationInWords } from '../language/duration-words';
import { Language, LOCALES } from '../language/language';
import { AudioDevices } from '../phone/audio-devices';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from './session-store';
import { Theme, THEMES } from './theme';

type SiteState = 'loading' | 'known' | 'unknown' | 'unreachable';

@Component({
  selector: 'ovoz-sign-in',
  imports: [Brand, Icon, LevelMeter, MatButton, QualityBars, TranslocoDirective],
  templateUrl: './sign-in.html',
  styleUrl: './sign-in.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignIn {
  private readonly router = inject(Router);
  private readonly text = inject(ProblemText);
  protected readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  protected readonly devices = inject(AudioDevices);

  /** Where to go afterwards, and why the person is here (`ended`: the session is over; `invited`: the password is new). */
  readonly next = input<string>();
  readonly why = input<string>();
  readonly address = input<string>();

  protected readonly locales = LOCALES;
  protected readonly themes = THEMES;
  private readonly passwordField = viewChild<ElementRef<HTMLInputElement>>('passwordField');
  protected readonly email = linkedSignal(() => this.address() ?? '');
  protected readonly password = signal('');
  protected readonly shown = signal(false);
  protected readonly sending = signal(false);
  protected readonly missing = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly siteState = signal<SiteState>('loading');
  protected readonly latencyMs = signal<number | null>(null);
  protected readonly notifications = signal<NotificationPermission | 'none'>('Notification' in window ? Notification.permission : 'none');
  private readonly now = signal(Date.now());
  private readonly blockedUntil = signal(0);

  protected readonly waitS = computed(() => Math.max(0, Math.ceil((this.blockedUntil() - this.now()) / 1000)));
  protected readonly wait = computed(() => durationInWords(this.waitS(), this.language.locale()));
  protected readonly time = computed(() => formatTime(this.now()));
  protected readonly day = computed(() => {
    const day = formatDay(this.now(), this.language.locale());
    return day.charAt(0).toUpperCase() + day.slice(1);
  });
  protected readonly accounts = computed(() => this.store.site()?.demo_accounts ?? []);
  protected readonly problemText = computed(() => {
    const problem = this.problem();
    return problem ? this.text.of(problem) : '';
  });
  protected readonly networkLevel = computed((): 0 | 1 | 2 | 3 | 4 => {
    const ms = this.latencyMs();
    if (ms === null) return 0;
    return ms < 80 ? 4 : ms < 150 ? 3 : ms < 300 ? 2 : 1;
  });

  constructor() {
    const timer = setInterval(() => this.now.set(Date.now()), 500);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    void this.loadSite();
    void this.listenIfAllowed();
    effect(onCleanup => {
      if (this.devices.state() === 'open') onCleanup(this.devices.watchLevel());
    });
  }

  protected async loadSite(): Promise<void> {
    this.siteState.set('loading');
    try {
      await this.store.loadSite();
      this.siteState.set('known');
      const start = performance.now();
      await this.store.loadSite();
      this.latencyMs.set(Math.max(1, Math.round(performance.now() - start)));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.slug === 'operator-suspended') {
        await this.router.navigateByUrl(this.router.createUrlTree(['/suspended'], { queryParams: { next: this.router.url } }), { skipLocationChange: true });
      } else this.siteState.set(problem.status === 404 ? 'unknown' : 'unreachable');
    }
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    if (this.sending() || this.waitS() > 0) return;
    this.problem.set(null);
    this.missing.set(!this.email().trim() || !this.password());
    if (this.missing()) return;
    this.sending.set(true);
    try {
      await this.store.signIn(this.email().trim(), this.password());
      await this.router.navigateByUrl(this.next() ?? '/');
    } catch (error) {
      const problem = toProblem(error);
      this.problem.set(problem);
      if (problem.retryAfterS) this.blockedUntil.set(Date.now() + problem.retryAfterS * 1000);
      if (problem.status === 401) this.passwordField()?.nativeElement.select();
    } finally {
      this.sending.set(false);
    }
  }

  protected fillIn(account: DemoAccount): void {
    this.email.set(account.email);
    this.password.set(account.password);
    this.problem.set(null);
    this.missing.set(false);
  }

  protected chooseLocale(locale: Locale): void {
    void this.language.choose(locale);
  }

  protected chooseTheme(theme: ThemeChoice): void {
    this.theme.choose(theme);
  }

  protected async allowNotifications(): Promise<void> {
    this.notifications.set(await Notification.requestPermission());
  }

  /** The question comes after signing in; here the microphone is heard only where that was allowed before. */
  private async listenIfAllowed(): Promise<void> {
    try {
      const permission = await navigator.permissions.query({ name: 'microphone' as PermissionName });
      if (permission.state === 'granted') await this.devices.open();
    } catch {
      // this browser does not tell
    }
  }
}
