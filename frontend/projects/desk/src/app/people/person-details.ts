import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatAnchor, MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { Person } from '../contract/people';
import type { Question } from '../dialogs/confirm';
import { formatShortDay, formatTime } from '../language/dates';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { RevealButton } from '../reveal/reveal-button';
import { RoleNames } from '../roles/role-names';
import { SessionStore } from '../session/session-store';
import { PeopleApi } from './people-api';
import { PeopleList } from './people-list';
import { changeOf, draftOfPerson, NEW_PERSON, type PersonDraft } from './person-draft';
import { PersonRights } from './person-rights';
import { PERSON_STATE_LOOK } from './person-state-look';
import { RoleChoice } from './role-choice';
import { TeamChoice } from './team-choice';

/** One person: who they are, what is given to them, and what that lets them do. */
@Component({
  selector: 'ovoz-person-details',
  imports: [Icon, MatAnchor, MatButton, PersonRights, RevealButton, RoleChoice, RouterLink, TeamChoice, TranslocoDirective],
  templateUrl: './person-details.html',
  styleUrls: ['../settings/one.css', './person-details.css'],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PersonDetails {
  private readonly api = inject(PeopleApi);
  private readonly clock = inject(ServerClock);
  private readonly dialog = inject(MatDialog);
  private readonly language = inject(Language);
  private readonly list = inject(PeopleList);
  private readonly store = inject(SessionStore);
  protected readonly roles = inject(RoleNames);
  protected readonly text = inject(ProblemText);
  protected readonly look = PERSON_STATE_LOOK;

  readonly id = input.required<string>();

  protected readonly mayManage = this.store.may('people.manage');
  /** Without the list of roles none can be offered. */
  protected readonly mayRead = this.store.may('roles.read');
  protected readonly seesAudit = this.store.may('audit.read');
  protected readonly person = signal<Person | null>(null);
  protected readonly draft = signal<PersonDraft>(NEW_PERSON);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly stale = signal(false);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);

  protected readonly isMe = computed(() => this.person()?.id === this.store.session()?.user.id);
  protected readonly changes = computed(() => {
    const person = this.person();
    return person ? changeOf(this.draft(), person) : null;
  });
  protected readonly needsRole = computed(() => this.draft().roles.length === 0);
  protected readonly expired = computed(() => {
    const until = this.person()?.invitation_expires_at;
    return until ? Date.parse(until) < this.clock.now() : false;
  });
  protected readonly until = computed(() => {
    const until = this.person()?.invitation_expires_at;
    return until ? `${formatShortDay(until, this.language.locale())}, ${formatTime(until)}` : '';
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.person.set(null);
        void this.read(id);
      });
    });
  }

  protected async read(id: string): Promise<void> {
    this.failure.set(null);
    try {
      const person = await this.api.show(id);
      if (id === this.id()) this.take(person);
    } catch (error) {
      if (id === this.id()) this.failure.set(toProblem(error));
    }
  }

  protected change(change: Partial<PersonDraft>): void {
    this.saved.set(false);
    this.draft.update(draft => ({ ...draft, ...change }));
  }

  protected undo(): void {
    const person = this.person();
    if (person) this.take(person);
  }

  protected async save(): Promise<void> {
    const person = this.person();
    const change = this.changes();
    if (!person || !change) return;
    if (await this.keep(() => this.api.change(person.id, person.version, change))) this.saved.set(true);
  }

  protected async enable(): Promise<void> {
    const person = this.person();
    if (person) await this.keep(() => this.api.enable(person.id));
  }

  protected async inviteAgain(): Promise<void> {
    const person = this.person();
    if (!person) return;
    const { LinkDialog } = await import('./link-dialog');
    this.busy.set(true);
    this.problem.set(null);
    try {
      const invited = await this.api.inviteAgain(person.id);
      this.take(invited.person);
      this.dialog.open(LinkDialog, { width: '36rem', maxWidth: '92vw', disableClose: true, data: invited });
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected async disable(): Promise<void> {
    const person = this.person();
    if (!person) return;
    const { Confirm } = await import('../dialogs/confirm');
    const text = (key: string) => this.language.text(key, { name: person.name });
    const follows = ['sessions', ...(person.is_agent ? ['calls'] : []), ...(person.invitation_expires_at ? ['link'] : []), 'kept', 'undo'];
    const data: Question = {
      title: text('disable.title'),
      follows: follows.map(line => text(`disable.${line}`)),
      action: text('person.disable'),
      act: async () => this.take(await this.api.disable(person.id)),
    };
    this.dialog.open(Confirm, { width: '30rem', maxWidth: '92vw', data });
  }

  protected async endSessions(): Promise<void> {
    const person = this.person();
    if (!person) return;
    const { Confirm } = await import('../dialogs/confirm');
    const text = (key: string) => this.language.text(key, { name: person.name });
    const follows = ['at_once', ...(person.is_agent ? ['calls'] : []), 'again'];
    const data: Question = {
      title: text('end_sessions.title'),
      follows: follows.map(line => text(`end_sessions.${line}`)),
      action: text('person.end_sessions'),
      act: async () => void (await this.api.endSessions(person.id)),
    };
    this.dialog.open(Confirm, { width: '30rem', maxWidth: '92vw', data });
  }

  private async keep(ask: () => Promise<Person>): Promise<boolean> {
    this.busy.set(true);
    this.problem.set(null);
    try {
      this.take(await ask());
      return true;
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
      return false;
    } finally {
      this.busy.set(false);
    }
  }

  private take(person: Person): void {
    this.person.set(person);
    this.draft.set(draftOfPerson(person));
    this.stale.set(false);
    this.saved.set(false);
    this.problem.set(null);
    this.list.take(person);
  }
}
