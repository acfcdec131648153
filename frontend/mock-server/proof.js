/** Three weeks of the audit of the scripted operator. */
import { createHash } from 'node:crypto';
import { idOf, STAFF } from './staff.js';

const hash = text => createHash('sha256').update(text).digest('hex');
const admin = STAFF[3];
const at = index => STAFF[index % STAFF.length];

/** act, who (null: the system), what it was done to, and what came of it. */
const STORIES = [
  index => ['identity.signed_in', at(index), ['session', idOf(`s${index}`)], {}],
  index => ['interactions.opened', at(index + 1), ['interaction', idOf(`i${index}`)], {}],
  index => ['people.changed', admin, ['person', at(index + 5).id], { before: { roles: ['agent', 'sales'], team: 'Первая линия', region: 'Душанбе' }, after: { roles: ['agent', 'shift_lead'], team: 'Ночная смена', region: 'Хатлон' } }],
  index => ['recordings.listened', STAFF[1], ['recording', idOf(`r${index}`)], {}],
  index => ['personal.revealed', at(index + 7), ['interaction', idOf(`i${index}`)], { reason: 'Абонент просит проверить данные', after: { kinds: ['name', 'phone'], until: new Date(Date.now() - index * 7e6).toISOString() } }],
  index => ['identity.sign_in_failed', { id: null, name: '' }, ['person', at(index).id], {}],
  index => ['people.invited', admin, ['person', at(index + 11).id], { after: { name: 'Ҷ. Қ.', email: 'j…@somon.example', roles: ['agent'], state: 'invited', team: 'Продажи', outsourced: false } }],
  () => ['roles.changed', admin, ['role', 'shift_lead'], { before: { name: 'Старший смены', grants: [{ right: 'session.use' }, { right: 'recordings.listen', conditions: { whose: 'own' } }] }, after: { name: 'Старший смены', grants: [{ right: 'session.use' }, { right: 'recordings.listen', conditions: { whose: 'team', regions: ['Душанбе', 'Хатлон'] } }, { right: 'people.read', conditions: { whose: 'team' } }] } }],
  () => ['audit.exported', STAFF[13], ['audit', 'export'], { after: { entries: 1842 } }],
  index => ['people.disabled', admin, ['person', at(index + 2).id], { before: { state: 'active' }, after: { state: 'disabled' } }],
  () => ['keys.tenant_key_rotated', null, ['key', 'tenant'], { before: { key_id: '5dc9da79a70659a9' }, after: { key_id: '9f86d081884c7d65' } }],
  index => ['identity.signed_out', at(index), ['session', idOf(`s${index}`)], {}],
];

const COUNT = 180;
export const ENTRIES = Array.from({ length: COUNT }, (_, index) => {
  const [act, actor, [kind, id], more] = STORIES[(index * 7) % STORIES.length](index);
  const minutes = index < 30 ? index * 11 : 330 + (index - 30) * 190;
  return {
    id: idOf(`entry ${index}`), position: 41_920 - index, at: new Date(Date.now() - minutes * 60_000 - 4000).toISOString(), act,
    actor: actor ? { kind: 'person', id: actor.id, name: actor.name } : { kind: 'system', id: null, name: 'Ovoz' }, session_id: actor?.id ? idOf(`session of ${actor.id}`) : null,
    address: actor ? `10.20.${30 + (index % 4)}.${10 + (index % 60)}` : '', subject: { kind, id }, reason: more.reason ?? null, before: more.before ?? null, after: more.after ?? null, seal: index < 2 ? null : 1711 - Math.floor(index / 12),
  };
});

export function withProof(entry) {
  const damaged = entry.position === ENTRIES[9].position;
  if (entry.seal === null) return { ...entry, integrity: 'waiting', proof: null };
  const proof = { canonical: '{…}', leaf: hash(entry.id), index: entry.position % 12, size: 12, path: [], root: hash(`root ${entry.seal}`), seal: entry.seal, sealed_at: new Date(Date.parse(entry.at) + 41_000).toISOString(), signed: '{…}', signature: hash('signature'), key_id: '9f86d081884c7d65', public_key: hash('key') };
  return { ...entry, integrity: damaged ? 'damaged' : 'sealed', proof: damaged ? null : proof };
}
