import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatAnchor, MatButton } from '@angular/material/button';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { filter, map, startWith } from 'rxjs';
import { ServerClock } from '../clock/server-clock';
import type { AuditEntry, AuditFilter } from '../contract/audit';
import { formatDay, formatTimeWithSeconds, isSameDay } from '../language/dates';
import { Language } from '../language/language';
import { Pages } from '../lists/pages';
import { PeopleApi } from '../people/people-api';
import { ProblemText } from '../problems/problem-text';
import { RoleNames } from '../roles/role-names';
import { SessionStore } from '../session/session-store';
import { ACT_GROUPS, ActText } from './act-text';
import { AuditApi } from './audit-api';
import { isPeriod, momentsOf, PERIODS } from './period';
import { PersonPicker } from './person-picker';

const PAGE = 50;

/** Who did and saw what, newest first; one entry opens beside the list. */
@Component({
  selector: 'ovoz-audit',
  imports: [Icon, MatAnchor, MatButton, PersonPicker, RouterLink, RouterOutlet, TranslocoDirective],
  templateUrl: './audit.html',
  styleUrls: ['../settings/split.css', './audit.css'],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Audit {
  private readonly api = inject(AuditApi);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly people = inject(PeopleApi);
  private readonly roles = inject(RoleNames);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  protected readonly text = inject(ProblemText);
  protected readonly words = inject(ActText);

  /** From the address. */
  readonly act = input<string>();
  readonly actor = input<string>();
  readonly kind = input<string>();
  readonly subject = input<string>();
  readonly period = input<string>();
  readonly since = input<string>();
  readonly until = input<string>();

  protected readonly list = new Pages<AuditEntry>();
  protected readonly groups = ACT_GROUPS;
  protected readonly periods = PERIODS;
  protected readonly bones = Array.from({ length: 12 });
  protected readonly mayExport = this.store.may('audit.export');
  protected readonly seesPeople = this.store.may('people.read');
  protected readonly actorName = signal('');
  protected readonly chosenPeriod = computed(() => {
    const period = this.period();
    return isPeriod(period) ? period : this.subject() || this.actor() ? 'all' : 'week';
  });
  private readonly filter = computed((): AuditFilter => ({
    act: this.act(),
    actor_id: this.actor(),
    subject_kind: this.kind(),
    subject_id: this.subject(),
    ...momentsOf(this.chosenPeriod(), this.since() ?? '', this.until() ?? '', new Date()),
  }));
  protected readonly exportAddress = computed(() => this.api.exportAddress(this.filter()));
  /** Of the people who act on this page; of others only the id is known. */
  protected readonly names = computed(() => new Map(this.list.items()?.flatMap(({ actor }) => (actor.id ? [[actor.id, actor.name] as const] : []))));
  protected readonly openId = toSignal(
    this.router.events.pipe(
      filter(event => event instanceof NavigationEnd),
      startWith(null),
      map(() => /\/settings\/audit\/([^/?]+)/.exec(this.router.url)?.[1] ?? null),
    ),
  );

  constructor() {
    effect(() => {
      const wanted = this.filter();
      untracked(() => void this.list.open(cursor => this.api.list({ ...wanted, cursor, limit: PAGE })));
    });
    effect(() => {
      const id = this.actor();
      untracked(() => void this.nameActor(id));
    });
    void this.roles.load().catch(() => undefined);
  }

  protected narrow(change: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams: change, queryParamsHandling: 'merge' });
  }

  protected choose(person: { id: string; name: string } | null): void {
    this.actorName.set(person?.name ?? '');
    this.narrow({ actor: person?.id ?? null });
  }

  protected day(at: string): string {
    if (isSameDay(at, this.clock.now())) return this.language.text('history.today');
    if (isSameDay(at, this.clock.now() - 86_400_000)) return this.language.text('history.yesterday');
    return formatDay(at, this.language.locale());
  }

  protected readonly time = formatTimeWithSeconds;

  /** The address has only the id. */
  private async nameActor(id: string | undefined): Promise<void> {
    if (!id) {
      this.actorName.set('');
    } else if (!this.actorName()) {
      this.actorName.set(id.slice(0, 8));
      try {
        const person = await this.people.show(id);
        if (id === this.actor()) this.actorName.set(person.name);
      } catch {
        // the beginning of the id has to do
      }
    }
  }
}
