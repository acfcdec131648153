/**
 * What passes between the desk and the platform: names of the generated schemas, narrowed where the document says less
 * than `docs/developer/desk-protocol.md`.
 */
import type { components } from '@ovoz/api';

type Schemas = components['schemas'];

export type Locale = Preferences['locale'];
export type Theme = Preferences['theme'];

export type DemoAccount = Schemas['DemoAccount'];
export type Site = Schemas['Site'];
export type Preferences = Schemas['Preferences'];
export type Session = Schemas['Session'];

export type Names = Partial<Schemas['Names']>;
export type BreakReason = Schemas['BreakReason'];
export type Disposition = Schemas['Disposition'];

export type AgentState = Agent['state'];
export type ChosenState = Schemas['NextState']['state'];
export type Agent = Schemas['DeskAgent'];

export type Segment = Schemas['DeskSegment'];
export type SegmentKind = Segment['kind'];
export type Caller = Schemas['Caller'];

export type LiveInteraction = Schemas['DeskInteraction'];
export type LiveInteractionState = LiveInteraction['state'];
export type QueueFigures = Schemas['DeskQueue'];
export type Desk = Schemas['Desk'];
export type PhoneAccount = Schemas['Phone'];

export type InteractionSummary = Schemas['InteractionSummary'];
export type TimelineEntry = Schemas['TimelineEvent'];
export type Recording = Schemas['InteractionRecording'];
export type RecordingState = Recording['state'];
export type Interaction = Omit<Schemas['Interaction'], 'segments'> & { segments: Segment[] };

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

export type Right =
  | 'desk.use'
  | 'calls.control'
  | 'interactions.read.own'
  | 'interactions.read.all'
  | 'recordings.listen.own'
  | 'recordings.listen.all'
  | 'settings.read'
  | 'people.read'
  | 'people.manage'
  | 'roles.read'
  | 'roles.manage'
  | 'audit.read'
  | 'audit.export'
  | 'personal.reveal'
  | 'session.use';
