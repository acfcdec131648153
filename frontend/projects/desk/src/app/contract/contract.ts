/**
 * What passes between the desk and the platform: names of the generated schemas, narrowed where the document says less
 * than `docs/developer/desk-protocol.md`.
 */
import type { components } from '@ovoz/api';
import type { Right, Whose } from './rights';

type Schemas = components['schemas'];

export type Locale = Preferences['locale'];
export type Theme = Preferences['theme'];

export type DemoAccount = Schemas['DemoAccount'];
export type Site = Schemas['Site'];
export type Preferences = Schemas['Preferences'];
export type Session = Omit<Schemas['Session'], 'rights'> & {
  rights: Right[];
  /** For rights about things of people: whose at most. */
  scopes?: Partial<Record<Right, Whose>>;
};

export type Names = Partial<Schemas['Names']>;
export type BreakReason = Schemas['BreakReason'];
export type BreakReasonSettings = Schemas['BreakReasonSettings'];
export type BreakAnswer = Schemas['BreakAnswer'];
export type DeskBreak = Schemas['DeskBreak'];
export type Disposition = Schemas['Disposition'];

export type AgentState = Agent['state'];
export type ChosenState = Schemas['NextState']['state'];
export type Agent = Schemas['DeskAgent'];

export type Segment = Schemas['DeskSegment'];
export type SegmentKind = Segment['kind'];
/** Where the number is masked, `number_token` stands for it in this person's own requests. */
export type Caller = Schemas['Caller'] & { number_token?: string | null };

export type LiveInteraction = Omit<Schemas['DeskInteraction'], 'caller'> & { caller: Caller };
export type LiveInteractionState = LiveInteraction['state'];
export type DeskReason = NonNullable<Schemas['DeskInteraction']['why']>;
export type QueueFigures = Schemas['DeskQueue'];
export type Desk = Omit<Schemas['Desk'], 'interaction'> & { interaction: LiveInteraction | null };
/** Whom a call can be passed on to, as they were when it was asked. */
export type Targets = Schemas['Targets'];
export type TargetQueue = Schemas['TargetQueue'];
export type ConsultTo = { to: 'agent' | 'queue'; id: string } | { to: 'number'; number: string };
/** Whom an agent calls; a masked number by its token. */
export type CallTo = { to: 'agent'; id: string } | { to: 'number'; number: string } | { to: 'number'; number_token: string };
export type Party = Schemas['DeskParty'];
export type TransferTo = { to: 'agent' | 'queue' | 'entry_point'; id: string } | { to: 'number'; number: string };
export type PhoneAccount = Schemas['Phone'];

export type InteractionSummary = Omit<Schemas['InteractionSummary'], 'caller'> & { caller: Caller };
export type TimelineEntry = Schemas['TimelineEvent'];
export type Recording = Schemas['InteractionRecording'];
export type RecordingState = Recording['state'];
export type Handling = Schemas['InteractionHandling'];
export type Interaction = Omit<Schemas['Interaction'], 'segments' | 'caller'> & { segments: Segment[]; caller: Caller };

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** Not part of OpenAPI: messages of `/api/live`. */
export type LiveMessage =
  | { type: 'desk'; epoch: number; seq: number; data: Desk }
  | { type: 'queues'; data: QueueFigures[] }
  | { type: 'number'; epoch: number; seq: number }
  | { type: 'switchboard'; available: boolean }
  | { type: 'superseded'; phone_id: string };

export type AgentDay = Schemas['AgentDay'];
export type Team = Schemas['Shift'];
export type Member = Schemas['Member'];
export type CallsToReturn = Schemas['CallsToReturn'];
export type CallToReturn = Schemas['CallToReturn'];
export type ReturnOutcome = Schemas['Settlement']['outcome'];
export type TeamReference = NonNullable<Member['team']>;

/** Not part of OpenAPI: who of one's own team is on duty, of `/api/desk/colleagues`. */
export interface Colleague {
  id: string;
  name: string;
  state: AgentState;
  reason: string | null;
  since: string;
}

/** Not part of OpenAPI: messages of `/api/team/live` and `/api/desk/colleagues`. */
export type ShiftMessage =
  | { type: 'team'; data: Team }
  | { type: 'colleagues'; data: { epoch: number; seq: number; at: string; agents: Colleague[] } }
  | { type: 'number'; epoch: number; seq: number }
  | { type: 'switchboard'; available: boolean };

export interface OtherSession {
  id: string;
  created_at: string;
  last_seen_at: string;
  address: string;
  user_agent: string;
}
