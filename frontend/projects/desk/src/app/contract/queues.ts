import type { components } from '@ovoz/api';

type Schemas = components['schemas'];

export type QueuePreview = Schemas['QueuePreview'];
export type Replay = Schemas['Replay'];
export type Figures = Schemas['Figures'];
export type QueueFault = Schemas['QueueFault'];
export type OverflowRule = Schemas['OverflowRule'];
export type OpeningWindow = Schemas['Window'];
export interface RingRule {
  after_s: number;
  /** Least levels by the code of the skill. */
  skills: Record<string, number>;
  teams: string[];
  everyone: boolean;
}
/** The document names the items of its lists only where they stand alone. */
export type QueueSettings = Omit<Required<Schemas['QueueSettings']>, 'rings' | 'overflow' | 'hours' | 'members' | 'dispositions' | 'announcements'> & {
  members: string[];
  rings: RingRule[];
  overflow: OverflowRule[];
  hours: { always: boolean; windows: OpeningWindow[] };
  dispositions: string[];
  announcements: { position: boolean; estimated_wait: boolean; first_after_s: number; every_s: number; languages: ('ru' | 'tg' | 'en')[] };
};
export type Queue = Omit<Schemas['Queue'], 'settings'> & { settings: QueueSettings };
export type QueueSounds = Schemas['QueueSounds'];
export type Holiday = Omit<Schemas['Holiday'], 'queues'> & { queues: string[] };
export type KeptHoliday = Omit<Schemas['KeptHoliday'], 'holiday'> & { holiday: Holiday };
export type QueueVersion = Omit<Schemas['QueueVersion'], 'settings'> & { settings: QueueSettings };
