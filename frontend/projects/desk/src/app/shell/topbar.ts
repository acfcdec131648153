import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { NavigationEnd, Router, RouterLink } from '@angular/router';
import { toSignal } from '@angular/core/rxjs-interop';
import { TranslocoDirective } from '@jsverse/transloco';
import { Brand, Icon } from '@ovoz/ui';
import { filter, map } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import { formatDuration } from '../clock/duration';
import type { Locale, Theme as ThemeChoice } from '../contract/contract';
import { Language, LOCALES } from '../language/language';
import { Live } from '../live/live';
import { SessionStore } from '../session/session-store';
import { Theme, THEMES } from '../session/theme';
import { SETTINGS } from '../settings/sections';
import { Commands } from '../shortcuts/commands';
import { StateSwitch } from './state-switch';

@Component({
  selector: 'ovoz-topbar',
  imports: [Brand, Icon, MatMenu, MatMenuItem, MatMenuTrigger, MatTooltip, RouterLink, StateSwitch, TranslocoDirective],
  templateUrl: './topbar.html',
  styleUrl: './topbar.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Topbar {
  private readonly clock = inject(ServerClock);
  private readonly live = inject(Live);
  private readonly router = inject(Router);
  protected readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  protected readonly commands = inject(Commands);

  protected readonly locales = LOCALES;
  protected readonly themes = THEMES;
  protected readonly url = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      map(event => event.urlAfterRedirects),
    ),
    { initialValue: this.router.url },
  );
  protected readonly module = computed(() => ['history', 'profile', 'returns', 'settings', 'shift'].find(name => this.url().startsWith(`/${name}`)) ?? 'desk');
  protected readonly settings = computed(() => SETTINGS.filter(section => this.store.may(section.right)));

  protected readonly waiting = computed(() => this.live.queues().reduce((sum, queue) => sum + queue.waiting, 0));
  protected readonly longest = computed(() => {
    const since = this.live.queues().map(queue => queue.longest_since).filter(at => at !== null).sort()[0];
    return since ? formatDuration(this.clock.since(since)) : '—';
  });
  protected readonly ready = computed(() => {
    const queues = this.live.queues();
    return { ready: Math.max(0, ...queues.map(queue => queue.agents_ready)), all: Math.max(0, ...queues.map(queue => queue.agents_signed_in)) };
  });
  protected readonly known = computed(() => this.live.desk() !== null);
  protected readonly inCall = computed(() => {
    const state = this.live.interaction()?.state;
    return state !== undefined && state !== 'wrap_up';
  });

  protected readonly shortName = computed(() => {
    const [last = '', first = ''] = (this.store.session()?.user.name ?? '').split(/\s+/);
    return first ? `${last} ${first.charAt(0)}.` : last;
  });
  protected readonly initials = computed(() =>
    (this.store.session()?.user.name ?? '').split(/\s+/).slice(0, 2).map(part => part.charAt(0)).join('').toUpperCase(),
  );

  protected chooseLocale(locale: Locale): void {
    void this.store.chooseLocale(locale);
  }

  protected chooseTheme(theme: ThemeChoice): void {
    void this.store.chooseTheme(theme);
  }

  protected async signOut(): Promise<void> {
    this.live.stop();
    await this.store.signOut();
  }
}
