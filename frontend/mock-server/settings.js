/** People, roles, the audit, invitations and reveals of the scripted operator. */
import { randomUUID } from 'node:crypto';
import { ahead, ago, BREAKS } from './data.js';
import { Problem } from './problem.js';
import { ENTRIES, withProof } from './proof.js';
import { grantsOf, RIGHTS, ROLES } from './roles.js';
import { idOf, sorted, STAFF, TEAMS } from './staff.js';

const WEEK_S = 7 * 86_400;
let failing = false;
export const fail = wanted => { failing = wanted; };

let sessions = [
  { id: randomUUID(), created_at: ago(9 * 3600), last_seen_at: ago(340), address: '10.20.31.44', user_agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36' },
  { id: randomUUID(), created_at: ago(30 * 3600), last_seen_at: ago(20 * 3600), address: '109.74.66.12', user_agent: 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36' },
];

const lasting = session => (session.reveals ?? []).filter(made => Date.parse(made.until) > Date.now());
export const isRevealed = (session, id) => lasting(session).some(made => made.subject_id === id);

function mayFail() {
  if (failing) throw new Problem(503, 'dependency-unavailable');
}

function personOf(id) {
  const person = STAFF.find(candidate => candidate.id === id);
  if (!person) throw new Problem(404, 'person-not-found');
  return person;
}

function roleOf(code) {
  const role = ROLES.find(candidate => candidate.code === code);
  if (!role) throw new Problem(404, 'role-not-found');
  return { ...role, people: STAFF.filter(person => person.state !== 'disabled' && person.roles.includes(code)).length };
}

function check(request, version) {
  if (request.headers['if-match'] !== `"${version}"`) throw new Problem(412, 'version-stale', { version });
}

const link = person => ({ person, link: `/invitation/${idOf(person.email).replaceAll('-', '')}`, expires_at: ahead(WEEK_S) });
const keyOf = ({ right, conditions }) => JSON.stringify([right, conditions.whose ?? 'all', conditions.regions ?? null, conditions.outsourced ?? null, conditions.corporate ?? null, conditions.hours ?? null]);

function page(items, url) {
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const to = from + Number(url.searchParams.get('limit') ?? 50);
  return { items: items.slice(from, to), next_cursor: to < items.length ? String(to) : null };
}

function people({ url }) {
  mayFail();
  const asked = name => url.searchParams.get(name);
  const words = asked('search')?.toLowerCase();
  return page(sorted().filter(person => (!words || `${person.name} ${person.email}`.toLowerCase().includes(words)) && (!asked('role') || person.roles.includes(asked('role'))) && (!asked('state') || person.state === asked('state')) && (!asked('team_id') || person.team?.id === asked('team_id'))), url);
}

function invite({ body }) {
  if (STAFF.some(person => person.email === body.email)) throw new Problem(409, 'email-taken', { errors: [{ pointer: '/email', detail: 'somebody else’s' }] });
  const team = TEAMS.find(candidate => candidate.id === body.team_id) ?? null;
  const person = { id: randomUUID(), name: body.name, email: body.email, state: 'invited', roles: body.roles, team, region: body.region, outsourced: body.outsourced, is_agent: true, created_at: ago(0), last_seen_at: null, invitation_expires_at: ahead(WEEK_S), version: 1 };
  STAFF.push(person);
  return [201, link(person)];
}

function change({ match, body, request }) {
  const person = personOf(match[1]);
  check(request, person.version);
  const { team_id, ...rest } = body;
  Object.assign(person, rest, team_id === undefined ? {} : { team: TEAMS.find(team => team.id === team_id) ?? null }, { version: person.version + 1 });
  return person;
}

function turn(state) {
  return ({ match }) => Object.assign(personOf(match[1]), { state, invitation_expires_at: null });
}

function explain({ match }) {
  const person = personOf(match[1]);
  const grants = grantsOf(person.roles);
  const rights = [...new Set(grants.map(grant => grant.right))].map(right => ({ right, now: true, grants: grants.filter(grant => grant.right === right).map(({ role, conditions }) => ({ role, conditions })) }));
  return { state: person.state, rights, missing: RIGHTS.map(right => right.name).filter(name => !rights.some(given => given.right === name)) };
}

function preview({ body }) {
  const before = ROLES.find(role => role.code === body.code)?.grants ?? [];
  const holders = STAFF.filter(person => person.state !== 'disabled' && person.roles.includes(body.code));
  const beyond = (grants, known) => grants.filter(grant => !known.some(other => keyOf(other) === keyOf(grant)));
  const gained = beyond(body.grants, before);
  const lost = beyond(before, body.grants);
  const differing = gained.length + lost.length > 0 ? holders : [];
  return { people: differing.map(({ id, name }) => ({ id, name, gained, lost })), unchanged: holders.length - differing.length };
}

function createRole({ body }) {
  if (ROLES.some(role => role.code === body.code)) throw new Problem(409, 'role-code-taken');
  ROLES.push({ code: body.code, names: { ru: body.name, tg: body.name, en: body.name }, purpose: null, shipped: false, version: 1, grants: body.grants });
  return [201, roleOf(body.code)];
}

function replaceRole({ match, body, request }) {
  const role = ROLES.find(candidate => candidate.code === match[1]);
  check(request, role.version);
  Object.assign(role, { names: { ru: body.name, tg: body.name, en: body.name }, grants: body.grants, version: role.version + 1 });
  return roleOf(role.code);
}

function removeRole({ match }) {
  const role = roleOf(match[1]);
  if (role.people > 0) throw new Problem(409, 'role-in-use', { people: role.people });
  ROLES.splice(ROLES.findIndex(candidate => candidate.code === role.code), 1);
  return [204];
}

function audit({ url }) {
  mayFail();
  const asked = name => url.searchParams.get(name);
  return page(ENTRIES.filter(entry => (!asked('act') || entry.act.startsWith(asked('act'))) && (!asked('actor_id') || entry.actor.id === asked('actor_id')) && (!asked('subject_id') || entry.subject.id === asked('subject_id')) && (!asked('from') || entry.at >= asked('from')) && (!asked('to') || entry.at < asked('to'))), url);
}

function reveal({ body, session }) {
  if (body.reason.trim().length < 5) throw new Problem(422, 'reveal-reason-poor');
  const made = { id: randomUUID(), ...body, at: ago(0), until: ahead(15 * 60), by: session.user.id };
  session.reveals = [...(session.reveals ?? []), made];
  return [201, made];
}

function breakOf(code) {
  const reason = BREAKS.find(candidate => candidate.code === code);
  if (!reason) throw new Problem(404, 'break-reason-not-found');
  return reason;
}

function createBreak({ body }) {
  if (BREAKS.some(reason => reason.code === body.code)) throw new Problem(409, 'break-reason-code-taken', { errors: [{ pointer: '/code', detail: 'another reason’s' }] });
  BREAKS.push({ archived: false, version: 1, ...body });
  return [201, breakOf(body.code)];
}

function replaceBreak({ match, body, request }) {
  const reason = breakOf(match[1]);
  check(request, reason.version);
  return Object.assign(reason, body, { version: reason.version + 1 });
}

function orderBreaks({ body }) {
  BREAKS.sort((a, b) => body.codes.indexOf(a.code) - body.codes.indexOf(b.code));
  return BREAKS;
}

let noBreaks = false;

export const SETTINGS_ROUTES = [
  ['GET', /^\/api\/settings\/break-reasons$/, () => { mayFail(); return noBreaks ? [] : BREAKS; }],
  ['POST', /^\/api\/settings\/break-reasons$/, createBreak],
  ['PUT', /^\/api\/settings\/break-reasons$/, orderBreaks],
  ['PUT', /^\/api\/settings\/break-reasons\/([^/]+)$/, replaceBreak],
  ['POST', /^\/mock\/no-breaks$/, ({ body }) => { noBreaks = body.empty; return [204]; }],
  ['GET', /^\/api\/people$/, people],
  ['POST', /^\/api\/people$/, invite],
  ['GET', /^\/api\/people\/([^/]+)$/, ({ match }) => personOf(match[1])],
  ['PATCH', /^\/api\/people\/([^/]+)$/, change],
  ['GET', /^\/api\/people\/([^/]+)\/rights$/, explain],
  ['POST', /^\/api\/people\/([^/]+)\/disable$/, turn('disabled')],
  ['POST', /^\/api\/people\/([^/]+)\/end-sessions$/, () => [204]],
  ['POST', /^\/api\/people\/([^/]+)\/enable$/, turn('active')],
  ['POST', /^\/api\/people\/([^/]+)\/invitation$/, ({ match }) => [201, link({ ...personOf(match[1]), invitation_expires_at: ahead(WEEK_S) })]],
  ['GET', /^\/api\/teams$/, () => TEAMS.map(team => ({ ...team, people: STAFF.filter(person => person.team?.id === team.id).length }))],
  ['POST', /^\/api\/teams$/, ({ body }) => { const team = { id: randomUUID(), name: body.name }; TEAMS.push(team); return [201, { ...team, people: 0 }]; }],
  ['GET', /^\/api\/invitations\/([^/]+)$/, ({ match }) => { if (match[1] === 'used') throw new Problem(404, 'invitation-invalid'); return { name: 'Ҷамила Одинаева', email: 'admin@somon.example', operator: 'Сомон Мобайл', expires_at: ahead(WEEK_S) }; }],
  ['POST', /^\/api\/invitations\/([^/]+)\/accept$/, () => ({ email: 'admin@somon.example' })],
  ['GET', /^\/api\/rights$/, () => RIGHTS],
  ['GET', /^\/api\/roles$/, () => { mayFail(); return ROLES.map(role => roleOf(role.code)); }],
  ['POST', /^\/api\/roles$/, createRole],
  ['POST', /^\/api\/roles\/preview$/, preview],
  ['GET', /^\/api\/roles\/([^/]+)$/, ({ match }) => roleOf(match[1])],
  ['PUT', /^\/api\/roles\/([^/]+)$/, replaceRole],
  ['DELETE', /^\/api\/roles\/([^/]+)$/, removeRole],
  ['GET', /^\/api\/audit$/, audit],
  ['GET', /^\/api\/audit\/export$/, ({ url }) => audit({ url }).items],
  ['GET', /^\/api\/audit\/([^/]+)$/, ({ match }) => { const entry = ENTRIES.find(candidate => candidate.id === match[1]); if (!entry) throw new Problem(404, 'audit-entry-not-found'); return withProof(entry); }],
  ['GET', /^\/api\/reveals$/, ({ session }) => lasting(session)],
  ['POST', /^\/api\/reveals$/, reveal],
  ['POST', /^\/api\/session\/password$/, ({ body }) => { if (body.current === 'wrong') throw new Problem(422, 'password-wrong'); sessions = []; return [204]; }],
  ['GET', /^\/api\/session\/others$/, () => sessions],
  ['DELETE', /^\/api\/session\/others\/([^/]+)$/, ({ match }) => { sessions = sessions.filter(session => session.id !== match[1]); return [204]; }],
  /** Somebody else changes a person or a role meanwhile. */
  ['POST', /^\/mock\/touch$/, ({ body }) => { for (const thing of [...STAFF, ...ROLES, ...BREAKS]) if (thing.id === body.id || thing.code === body.id) thing.version++; return [204]; }],
];
