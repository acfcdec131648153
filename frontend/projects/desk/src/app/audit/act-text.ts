import { inject, Injectable } from '@angular/core';
import type { AuditEntry } from '../contract/audit';
import type { Grant } from '../contract/rights';
import { formatShortDay, formatTime } from '../language/dates';
import { Language } from '../language/language';
import { GrantText } from '../roles/grant-text';
import { RoleNames } from '../roles/role-names';

/** Beginnings of the names of acts, as the filter offers them. */
export const ACT_GROUPS: readonly string[] = ['identity.', 'people.', 'teams.', 'roles.', 'skills.', 'queues.', 'holidays.', 'breaks.', 'routing.', 'calling.', 'interactions.', 'returns.', 'recordings.', 'personal.', 'audit.', 'tenancy.', 'keys.'];

/** An entry of the audit in the person's language; what is not known keeps its own name. */
@Injectable({ providedIn: 'root' })
export class ActText {
  private readonly language = inject(Language);
  private readonly grants = inject(GrantText);
  private readonly roles = inject(RoleNames);

  act(name: string): string {
    return this.word('act', name);
  }

  subjectKind(kind: string): string {
    return this.word('subject', kind);
  }

  /** Who or what it was done to: a name where it is known, the beginning of the id otherwise. */
  subject({ subject }: AuditEntry, names?: ReadonlyMap<string, string>): string {
    const name = names?.get(subject.id);
    if (name) return name;
    if (subject.kind === 'role') return this.roles.of(subject.id);
    return /^[0-9a-f-]{32,36}$/.test(subject.id) ? subject.id.slice(0, 8) : subject.id;
  }

  actor({ actor }: AuditEntry): string {
    return actor.name || this.language.text(`actor.${actor.kind}`);
  }

  field(field: string): string {
    return this.word('field', field);
  }

  /** A value of a field; codes of roles and states have their names. */
  value(field: string, value: string): string {
    if (field === 'roles' || field === 'role') return this.roles.of(value);
    if (field === 'grants') return this.grant(value);
    if (field === 'kinds') return this.word('personal_kind', value);
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return `${formatShortDay(value, this.language.locale())}, ${formatTime(value)}`;
    if (value === 'true' || value === 'false') return this.language.text(`value.${value}`);
    return field === 'state' ? this.word('person_state', value) : value;
  }

  /** A grant stands in the audit as the role holds it. */
  private grant(value: string): string {
    try {
      const { right, conditions } = JSON.parse(value) as Grant;
      return this.grants.of(right, conditions);
    } catch {
      return value;
    }
  }

  private word(group: string, code: string): string {
    const key = `${group}.${code}`;
    return this.language.has(key) ? this.language.text(key) : code;
  }
}
