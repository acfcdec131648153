export type PersonalKind = 'phone' | 'name' | 'email' | 'text' | 'staff_name' | 'staff_email';
export type RevealSubject = 'interaction' | 'person';

/** Kinds of a subject that are clear to this person until then. */
export interface Reveal {
  id: string;
  subject_kind: RevealSubject;
  subject_id: string;
  kinds: PersonalKind[];
  reason: string;
  at: string;
  until: string;
}
