/** Queues of the scripted operator with their versions. */
import { randomUUID } from 'node:crypto';
import { ago, ahead } from './data.js';
import { Problem } from './problem.js';
import { idOf, STAFF } from './staff.js';

const agents = STAFF.filter(person => person.is_agent && person.state !== 'disabled');
const HOURS = [1, 2, 3, 4, 5].flatMap(day => [{ day, from: '08:00', until: '13:00' }, { day, from: '14:00', until: '20:00' }]).concat({ day: 6, from: '20:00', until: '04:00' });
const settings = (name, more) => ({ name, members: agents.slice(0, 14).map(person => person.id), language: null, priority: 0, weight: 1, target_s: 20, short_abandon_s: 5, max_length: 100, max_wait_s: 1800, ring_timeout_s: 20, wrap_up_s: 60, recorded: true, caller_number: null, rings: [{ after_s: 0, skills: { tariffs: 3 }, teams: [], everyone: false }, { after_s: 30, skills: { tariffs: 1 }, teams: [], everyone: true }], music: 'default', announcements: { position: true, estimated_wait: false, first_after_s: 30, every_s: 45, languages: ['ru', 'tg'] }, hours: { always: true, windows: [] }, overflow: [], dispositions: [], ...more });
const queue = (code, name, more) => ({ id: idOf(`queue ${code}`), code, settings: settings(name, more), archived: false, version: 2, open_now: true, changes_at: null });
const QUEUES = [
  queue('support', 'Абонентская поддержка', { overflow: [{ when: 'closed', then: 'number', at_least: null, to: '+992446000199' }, { when: 'wait_s', then: 'queue', at_least: 300, to: 'vip' }] }),
  { ...queue('internet', 'Мобильный интернет', { hours: { always: false, windows: HOURS }, target_s: 30 }), changes_at: ahead(3 * 3600) },
  queue('vip', 'Премиум-клиенты', { priority: 10, target_s: 10, rings: [{ after_s: 0, skills: { vip_care: 4, russian: 3 }, teams: [], everyone: false }] }),
];
const day = days => ahead(days * 86_400).slice(0, 10);
const HOLIDAYS = [
  { id: randomUUID(), holiday: { date: day(12), name: 'День открытых дверей', spans: [{ from: '10:00', until: '16:00' }], queues: ['internet'] } },
  { id: randomUUID(), holiday: { date: day(37), name: 'Новый год', spans: [], queues: [] } },
];
let failing = false;
export const failQueues = wanted => { failing = wanted; };

function found(id) {
  if (failing) throw new Problem(503, 'dependency-unavailable');
  const one = QUEUES.find(candidate => candidate.id === id);
  if (!one) throw new Problem(404, 'queue-not-found');
  return one;
}

function change({ match, body, request }) {
  const one = found(match[1]);
  if (request.headers['if-match'] !== `"${one.version}"`) throw new Problem(412, 'version-stale', { version: one.version });
  return Object.assign(one, { settings: body, version: one.version + 1 });
}

function preview({ body }) {
  const faults = body.settings.overflow.flatMap((rule, place) => (rule.then === 'queue' && !rule.to ? [{ pointer: `/overflow/${place}/to`, fault: 'target_missing', detail: 'which queue', warning: false }] : []));
  const silent = body.settings.announcements.languages.indexOf('tg');
  if (silent >= 0) faults.push({ pointer: `/announcements/languages/${silent}`, fault: 'language_not_spoken', detail: 'there are no prompts in tg', warning: true });
  return { faults, rings: body.settings.rings.map((ring, place) => ({ after_s: ring.after_s, agents: agents.slice(place * 9, place === 0 ? 9 : 14).map(({ id, name }) => ({ id, name })) })), open_now: true, changes_at: null };
}

export const QUEUE_ROUTES = [
  ['GET', /^\/api\/queues$/, () => { if (failing) throw new Problem(503, 'dependency-unavailable'); return QUEUES; }],
  ['POST', /^\/api\/queues$/, ({ body }) => { const made = { ...queue(body.code, ''), id: randomUUID(), settings: body.settings, version: 1 }; QUEUES.push(made); return [201, made]; }],
  ['POST', /^\/api\/queues\/preview$/, preview],
  ['POST', /^\/api\/queues\/replay$/, ({ body }) => {
    if (failing) throw new Problem(503, 'dependency-unavailable');
    const run = (level, lost, mean, longest, occupancy) => ({ all: { offered: 1312, service_level: level - 0.021, abandonment: lost + 0.006, mean_wait_s: mean + 1.4, p99_wait_s: longest + 12 }, queue: { offered: 684, service_level: level, abandonment: lost, mean_wait_s: mean, p99_wait_s: longest }, occupancy });
    if (body.day.endsWith('-01')) return { contacts: 0, agents: 0, was: run(1, 0, 0, 0, null), live: run(1, 0, 0, 0, null), draft: run(1, 0, 0, 0, null) };
    return { contacts: 1312, agents: 31, was: run(0.842, 0.071, 14.2, 131, 0.86), live: run(0.851, 0.066, 13.5, 124, 0.855), draft: run(0.902, 0.048, 9.8, 96, 0.871) };
  }],
  ['GET', /^\/api\/queues\/sounds$/, () => ({ languages: ['ru', 'en'], music: ['default', 'light'] })],
  ['GET', /^\/api\/holidays$/, () => HOLIDAYS],
  ['POST', /^\/api\/holidays$/, ({ body }) => { const kept = { id: randomUUID(), holiday: body }; HOLIDAYS.push(kept); return [201, kept]; }],
  ['DELETE', /^\/api\/holidays\/([^/]+)$/, ({ match }) => { HOLIDAYS.splice(HOLIDAYS.findIndex(one => one.id === match[1]), 1); return [204]; }],
  ['GET', /^\/api\/queues\/([^/]+)$/, ({ match }) => found(match[1])],
  ['PUT', /^\/api\/queues\/([^/]+)$/, change],
  ['GET', /^\/api\/queues\/([^/]+)\/versions$/, ({ match }) => { const one = found(match[1]); return [{ version: one.version, settings: one.settings, archived: false, made_at: ago(7200), made_by: 'Шаҳноза Каримова', restored_from: null }, { version: 1, settings: { ...one.settings, target_s: 60, wrap_up_s: 90 }, archived: false, made_at: null, made_by: null, restored_from: null }]; }],
];
