/** What passes between the desk and the platform: `docs/developer/desk-protocol.md`. */

export type Locale = 'ru' | 'tg' | 'en';
export type Theme = 'light' | 'dark' | 'system';

export interface DemoAccount {
  email: string;
  password: string;
  name: string;
  role: string;
}

export interface Site {
  slug: string;
  name: string;
  locale: string;
  locales: string[];
  demo_accounts: DemoAccount[];
}

export interface Preferences {
  locale: Locale;
  theme: Theme;
  auto_answer: boolean;
}

export interface Session {
  user: { id: string; name: string; email: string; roles: string[]; is_agent: boolean };
  tenant: { id: string; slug: string; name: string };
  preferences: Preferences;
  rights: Right[];
  /** For rights about things of people: whose at most. */
  scopes: Partial<Record<Right, Whose>>;
}

export type Whose = 'own' | 'team' | 'queue' | 'all';

export type Right =
  | 'desk.use'
  | 'calls.control'
  | 'interactions.read'
  | 'interactions.find'
  | 'recordings.listen'
  | 'recordings.download'
  | 'settings.read'
  | 'session.use';

export type Names = Partial<Record<Locale, string>>;

export interface BreakReason {
  code: string;
  names: Names;
  limit_s: number | null;
}

export interface Disposition {
  code: string;
  names: Names;
}

export type ChosenState = 'ready' | 'break' | 'offline';
export type AgentState = ChosenState | 'ringing' | 'talking' | 'wrap_up' | 'not_answering';

export interface Agent {
  id: string;
  name: string;
  state: AgentState;
  reason: string | null;
  since: string;
  next: { state: ChosenState; reason: string | null } | null;
  wrap_up_until: string | null;
}

export type SegmentKind = 'flow' | 'queue' | 'ring' | 'talk' | 'hold' | 'wrap_up';

export interface Segment {
  kind: SegmentKind;
  started_at: string;
  ended_at: string | null;
  agent: { id: string; name: string } | null;
}

export interface Caller {
  /** E.164, or masked (`+992 •• ••• 45 17`) for roles that do not see it. */
  number: string;
  hidden: boolean;
  name: string | null;
  /** Stands for a masked number in requests of this person. */
  number_token?: string | null;
}

export type LiveInteractionState = 'announced' | 'ringing' | 'talking' | 'held' | 'wrap_up';

export interface LiveInteraction {
  id: string;
  channel: string;
  direction: string;
  state: LiveInteractionState;
  caller: Caller;
  queue: { id: string; name: string } | null;
  entry_point: { number: string; name: string } | null;
  started_at: string;
  answered_at: string | null;
  held_since: string | null;
  ended_at: string | null;
  end_reason: string | null;
  recording: 'off' | 'on' | 'failed';
  rejoin_until: string | null;
  segments: Segment[];
}

export interface QueueFigures {
  id: string;
  name: string;
  waiting: number;
  longest_since: string | null;
  agents_ready: number;
  agents_signed_in: number;
}

export interface Desk {
  epoch: number;
  seq: number;
  at: string;
  agent: Agent;
  phone: { available: boolean; registered: boolean; detail: string | null };
  interaction: LiveInteraction | null;
  queues: QueueFigures[];
}

export interface PhoneAccount {
  phone_id: string;
  uri: string;
  username: string;
  password: string;
  websocket_path: string;
  register_expires_s: number;
}

export type RecordingState = 'none' | 'pending' | 'stored' | 'failed';

export interface InteractionSummary {
  id: string;
  channel: string;
  direction: string;
  state: string;
  caller: Caller;
  entry_number: string;
  queue: { id: string; name: string } | null;
  agent: { id: string; name: string } | null;
  started_at: string;
  answered_at: string | null;
  ended_at: string | null;
  end_reason: string | null;
  wait_s: number;
  talk_s: number;
  hold_s: number;
  wrap_up_s: number;
  disposition: string | null;
  recording: RecordingState;
}

export interface TimelineEntry {
  at: string;
  type: string;
  agent: { id: string; name: string } | null;
  observed_late: boolean;
  params: Record<string, unknown>;
}

export interface Recording {
  id: string;
  state: RecordingState;
  duration_s: number | null;
  size_bytes: number | null;
}

export interface Interaction extends InteractionSummary {
  note: string;
  segments: Segment[];
  timeline: TimelineEntry[];
  audio: Recording | null;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export type LiveMessage =
  | { type: 'desk'; epoch: number; seq: number; data: Desk }
  | { type: 'queues'; data: QueueFigures[] }
  | { type: 'number'; epoch: number; seq: number }
  | { type: 'switchboard'; available: boolean }
  | { type: 'superseded'; phone_id: string };
