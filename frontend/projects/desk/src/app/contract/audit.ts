export type ActorKind = 'person' | 'provider' | 'service' | 'system';

export interface AuditEntry {
  id: string;
  position: number;
  at: string;
  act: string;
  actor: { kind: ActorKind; id: string | null; name: string };
  session_id: string | null;
  address: string;
  subject: { kind: string; id: string };
  reason: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** Number of the seal; null while the entry waits for one. */
  seal: number | null;
}

export interface AuditProof {
  leaf: string;
  index: number;
  size: number;
  root: string;
  seal: number;
  sealed_at: string;
  key_id: string;
}

export interface AuditEntryDetail extends AuditEntry {
  integrity: 'sealed' | 'waiting' | 'damaged';
  proof: AuditProof | null;
}

/** What a list of entries is about; `from` is within, `to` is not. */
export interface AuditFilter {
  act?: string;
  actor_id?: string;
  subject_kind?: string;
  subject_id?: string;
  from?: string;
  to?: string;
}
