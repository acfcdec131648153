import type { components } from '@ovoz/api';

type Schemas = components['schemas'];

export type Skill = Schemas['Skill'];
export type SkillCreate = Schemas['SkillCreate'];
export type SkillUpdate = Schemas['SkillUpdate'];
export type AgentSkills = Schemas['AgentSkills'];
export type LevelChange = Schemas['LevelChange'];
export type LevelsSaved = Schemas['LevelsSaved'];
export type SheetReport = Schemas['SheetReport'];
export type SheetFault = Schemas['SheetFault'];
