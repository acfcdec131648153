import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatAnchor, MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { AuditEntryDetail } from '../contract/audit';
import type { Right } from '../contract/rights';
import { formatDay, formatTimeWithSeconds } from '../language/dates';
import { Language } from '../language/language';
import { PeopleApi } from '../people/people-api';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { RoleNames } from '../roles/role-names';
import { SessionStore } from '../session/session-store';
import { ActText } from './act-text';
import { AuditApi } from './audit-api';
import { differenceOf } from './difference';

/** Where a subject has a page, and the right that opens it. */
const PLACES: Record<string, { path: string; right: Right }> = {
  person: { path: '/settings/people', right: 'people.read' },
  role: { path: '/settings/roles', right: 'roles.read' },
  interaction: { path: '/history', right: 'interactions.read' },
};

/** One entry: what changed, why, from where, and whether it is what was sealed. */
@Component({
  selector: 'ovoz-entry-details',
  imports: [Icon, MatAnchor, MatButton, RouterLink, TranslocoDirective],
  templateUrl: './entry-details.html',
  styleUrls: ['../settings/one.css', './entry-details.css'],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EntryDetails {
  private readonly api = inject(AuditApi);
  private readonly language = inject(Language);
  private readonly people = inject(PeopleApi);
  private readonly roles = inject(RoleNames);
  private readonly store = inject(SessionStore);
  protected readonly text = inject(ProblemText);
  protected readonly words = inject(ActText);
  protected readonly integrity = {
    sealed: { icon: 'shield', tint: 't-success' },
    waiting: { icon: 'clock', tint: 'muted' },
    damaged: { icon: 'alert', tint: 't-danger' },
  };

  readonly id = input.required<string>();

  protected readonly entry = signal<AuditEntryDetail | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly subjectName = signal('');
  protected readonly when = computed(() => this.moment(this.entry()?.at));
  protected readonly sealedAt = computed(() => this.moment(this.entry()?.proof?.sealed_at));
  protected readonly changes = computed(() => differenceOf(this.entry()?.before ?? null, this.entry()?.after ?? null));
  protected readonly place = computed(() => {
    const subject = this.entry()?.subject;
    const place = PLACES[subject?.kind ?? ''];
    return subject && place && this.store.may(place.right) ? [place.path, subject.id] : null;
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.entry.set(null);
        this.subjectName.set('');
        void this.read(id);
      });
    });
  }

  protected async read(id: string): Promise<void> {
    this.problem.set(null);
    try {
      const entry = await this.api.show(id);
      if (id !== this.id()) return;
      this.entry.set(entry);
      void this.nameSubject(entry);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }

  /** The audit keeps ids of people; their names are asked for where that may be. */
  private async nameSubject({ id, subject }: AuditEntryDetail): Promise<void> {
    if (subject.kind === 'role') this.subjectName.set(this.roles.of(subject.id));
    if (subject.kind !== 'person' || !this.store.may('people.read')) return;
    try {
      const person = await this.people.show(subject.id);
      if (id === this.id()) this.subjectName.set(person.name);
    } catch {
      // the id has to do
    }
  }

  private moment(at: string | undefined): string {
    return at ? `${formatDay(at, this.language.locale())}, ${formatTimeWithSeconds(at)}` : '';
  }
}
