import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { filter, map, startWith } from 'rxjs';
import type { InteractionSummary } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { ServerClock } from '../clock/server-clock';
import { formatDuration } from '../clock/duration';
import { CallNumber } from '../desk/call-number';
import { channelIcon } from '../desk/agent-state-look';
import { ReferenceData } from '../desk/reference-data';
import { formatShortDay, formatTime, isSameDay } from '../language/dates';
import { Language } from '../language/language';
import { formatPhoneNumber, toDialledNumber } from '../language/phone-number';
import { Pages } from '../lists/pages';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { outcomeKey } from './outcome-key';

const TYPING_MS = 300;
const PAGE = 50;

/** Every call, newest first; one of them opens beside the list. */
@Component({
  selector: 'ovoz-history',
  imports: [CallNumber, Icon, MatButton, RouterLink, RouterOutlet, TranslocoDirective],
  templateUrl: './history.html',
  styleUrl: './history.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class History {
  private readonly router = inject(Router);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly store = inject(SessionStore);
  private readonly api = inject(OvozApi);
  protected readonly list = new Pages<InteractionSummary>();
  protected readonly reference = inject(ReferenceData);
  protected readonly outcome = outcomeKey;
  protected readonly text = inject(ProblemText);

  /** From the address: whose calls, and of which number. */
  readonly number = input<string>();
  readonly mine = input<string>();
  /** Stands for a number that this person sees masked. */
  readonly token = input<string>();

  protected readonly seesAll = (this.store.reaches('interactions.read') ?? 'own') !== 'own';
  protected readonly onlyMine = computed(() => !this.seesAll || this.mine() === '1');
  protected readonly bones = Array.from({ length: 10 });
  protected readonly openId = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      startWith(null),
      map(() => /\/history\/([^/?]+)/.exec(this.router.url)?.[1] ?? null),
    ),
  );
  protected readonly typed = signal('');
  private typingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      const number = this.number() ?? '';
      const token = this.token();
      const mine = this.onlyMine();
      untracked(() => {
        if (toDialledNumber(this.typed()) !== number) this.typed.set(formatPhoneNumber(number));
        const filter = { number: token ? undefined : number, number_token: token, mine: (number || token) && !this.seesAll ? false : mine, limit: PAGE };
        void this.list.open(cursor => this.api.interactions({ ...filter, cursor }));
      });
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typingTimer));
  }

  protected type(text: string): void {
    this.typed.set(text);
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => {
      const number = toDialledNumber(text);
      if (number || text.trim() === '') this.find(number);
    }, TYPING_MS);
  }

  protected find(number: string): void {
    if (!number) this.typed.set('');
    void this.router.navigate(['/history'], { queryParams: { number: number || null, token: null }, queryParamsHandling: 'merge' });
  }

  protected whose(mine: boolean): void {
    void this.router.navigate([], { queryParams: { mine: mine ? '1' : null }, queryParamsHandling: 'merge' });
  }

  protected day(at: string): string {
    const locale = this.language.locale();
    if (isSameDay(at, this.clock.now())) return this.language.text('history.today');
    if (isSameDay(at, this.clock.now() - 86_400_000)) return this.language.text('history.yesterday');
    return formatShortDay(at, locale);
  }

  protected talk(seconds: number): string {
    return seconds > 0 ? formatDuration(seconds) : '—';
  }

  protected readonly phone = formatPhoneNumber;
  protected readonly time = formatTime;
  protected readonly icon = channelIcon;
}
