import type { PersonState } from '../contract/people';

/** Icon and tint of a person's state; the word is `person_state.<state>`. */
export const PERSON_STATE_LOOK: Record<PersonState, { icon: string; tint: string }> = {
  active: { icon: 'check-circle', tint: 't-success' },
  invited: { icon: 'mail', tint: 't-info' },
  disabled: { icon: 'x-circle', tint: 'muted' },
};

export const PERSON_STATES: readonly PersonState[] = ['active', 'invited', 'disabled'];
