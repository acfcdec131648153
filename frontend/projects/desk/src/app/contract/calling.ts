import type { components } from '@ovoz/api';

type Schemas = components['schemas'];

export type KeptCallingRules = Schemas['KeptCallingRules'];
export type CallingRules = Schemas['CallingRules'];
