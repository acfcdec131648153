import type { Right } from '../contract/rights';

/** The sections of the settings and the right that opens each. */
export const SETTINGS: readonly { name: string; path: string; icon: string; right: Right }[] = [
  { name: 'queues', path: '/settings/queues', icon: 'list', right: 'queues.manage' },
  { name: 'routing', path: '/settings/routing', icon: 'transfer', right: 'queues.manage' },
  { name: 'skills', path: '/settings/skills', icon: 'tag', right: 'skills.manage' },
  { name: 'calling', path: '/settings/calling', icon: 'phone', right: 'queues.manage' },
  { name: 'people', path: '/settings/people', icon: 'users', right: 'people.read' },
  { name: 'roles', path: '/settings/roles', icon: 'key', right: 'roles.read' },
  { name: 'breaks', path: '/settings/breaks', icon: 'coffee', right: 'breaks.manage' },
  { name: 'audit', path: '/settings/audit', icon: 'shield', right: 'audit.read' },
];
