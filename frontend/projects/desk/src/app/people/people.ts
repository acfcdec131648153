import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { filter, map, startWith } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import type { Person } from '../contract/people';
import { formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { ProblemText } from '../problems/problem-text';
import { RoleNames } from '../roles/role-names';
import { SessionStore } from '../session/session-store';
import { PeopleList } from './people-list';
import { PERSON_STATE_LOOK, PERSON_STATES } from './person-state-look';
import { Teams } from './teams';

const TYPING_MS = 300;

/** Everybody who works here; one of them opens beside the list. */
@Component({
  selector: 'ovoz-people',
  imports: [Icon, MatButton, RouterLink, RouterOutlet, TranslocoDirective],
  templateUrl: './people.html',
  styleUrls: ['../settings/split.css', './people.css'],
  providers: [PeopleList],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class People {
  private readonly router = inject(Router);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly dialog = inject(MatDialog);
  private readonly store = inject(SessionStore);
  protected readonly list = inject(PeopleList);
  protected readonly roles = inject(RoleNames);
  protected readonly teams = inject(Teams);
  protected readonly text = inject(ProblemText);

  /** From the address. */
  readonly search = input<string>();
  readonly role = input<string>();
  readonly team = input<string>();
  readonly state = input<string>();

  protected readonly mayManage = this.store.may('people.manage');
  protected readonly states = PERSON_STATES;
  protected readonly look = PERSON_STATE_LOOK;
  protected readonly bones = Array.from({ length: 12 });
  private readonly wanted = computed(() => ({ search: this.search(), role: this.role(), team_id: this.team(), state: this.state() }));
  protected readonly narrowed = computed(() => Object.values(this.wanted()).some(Boolean));
  protected readonly tellsSeen = computed(() => this.list.items()?.some(person => person.last_seen_at !== undefined) ?? true);
  protected readonly openId = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      startWith(null),
      map(() => /\/settings\/people\/([^/?]+)/.exec(this.router.url)?.[1] ?? null),
    ),
  );
  protected readonly typed = signal('');
  private typingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      const wanted = this.wanted();
      untracked(() => {
        if (this.typed().trim() !== (wanted.search ?? '')) this.typed.set(wanted.search ?? '');
        void this.list.show(wanted);
      });
    });
    void this.loadNames();
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typingTimer));
  }

  protected type(text: string): void {
    this.typed.set(text);
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.narrow({ search: text.trim() || null }), TYPING_MS);
  }

  protected narrow(change: Record<string, string | null>): void {
    if (change['search'] === null) this.typed.set('');
    void this.router.navigate([], { queryParams: change, queryParamsHandling: 'merge' });
  }

  protected async invite(): Promise<void> {
    const { InviteDialog } = await import('./invite-dialog');
    this.dialog
      .open(InviteDialog, { width: '36rem', maxWidth: '92vw', disableClose: true, autoFocus: '#invite-name' })
      .afterClosed()
      .subscribe((person: Person | undefined) => {
        if (!person) return;
        void this.list.show(this.wanted());
        void this.router.navigate(['/settings/people', person.id], { queryParamsHandling: 'preserve' });
      });
  }

  protected rolesOf(person: Person): string {
    return person.roles.map(code => this.roles.of(code)).join(', ') || '—';
  }

  protected seen(person: Person): string {
    return person.last_seen_at ? formatWhen(person.last_seen_at, this.language.locale(), this.clock.now()) : '—';
  }

  /** The lists of the filters; without them the people are there all the same. */
  private async loadNames(): Promise<void> {
    await Promise.allSettled([this.roles.load(), this.teams.load()]);
  }
}
