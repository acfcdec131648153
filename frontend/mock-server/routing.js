/** Routing rules of the scripted operator: treated as the platform does, so that trying shows something true. */
import { ago } from './data.js';
import { Problem } from './problem.js';
import { STAFF } from './staff.js';

const agents = STAFF.filter(person => person.is_agent && person.state !== 'disabled').map(({ id, name }) => ({ id, name }));
const when = more => ({ vip: null, corporate: null, outage: null, regions: [], products: [], languages: [], network: [], dialled: [], ...more });
const then = more => ({ queue: null, head_start_s: null, target_s: null, account_target: false, skills: {}, skills_for_s: null, prefer: null, prefer_wait_s: 30, ...more });
const FIRST = [
  { name: 'Премиум-клиенты', when: when({ vip: true }), then: then({ queue: 'vip', head_start_s: 60, prefer: 'last_agent', prefer_wait_s: 20 }) },
  { name: 'Корпоративные клиенты', when: when({ corporate: true }), then: then({ account_target: true, target_s: 15, prefer: 'manager' }) },
  { name: 'Нет связи в районе', when: when({ outage: true, regions: ['Хатлон', 'Согд'] }), then: then({ queue: 'internet', skills: { internet: 4 }, skills_for_s: 45 }) },
  { name: 'Говорит по-таджикски', when: when({ languages: ['tg'] }), then: then({ skills: { tajik: 4 }, skills_for_s: 60 }) },
];
const QUEUES = [{ code: 'internet', name: 'Мобильный интернет' }, { code: 'vip', name: 'Премиум-клиенты' }, { code: 'support', name: 'Абонентская поддержка' }];
const NUMBERS = [
  { number: '+992446000100', name: 'Короткий номер поддержки', queue: 'support' },
  { number: '+992446000101', name: 'Мобильный интернет', queue: 'internet' },
  { number: '+992446000102', name: 'Премиум-линия', queue: 'vip' },
];
const kept = { settings: { rules: FIRST, last_agent: { within_days: 7, wait_s: 0 } }, version: 3, choices: { queues: QUEUES, numbers: NUMBERS, regions: ['ГБАО', 'Душанбе', 'Согд', 'Хатлон'], products: ['Бизнес', 'Премиум', 'Салом', 'Смарт'] } };
let failing = false;
export const failRouting = wanted => { failing = wanted; };
export const emptyRouting = wanted => { kept.settings = { rules: wanted ? [] : FIRST, last_agent: { within_days: 7, wait_s: 0 } }; };

function change({ body, request }) {
  if (request.headers['if-match'] !== `"${kept.version}"`) throw new Problem(412, 'version-stale', { version: kept.version });
  return Object.assign(kept, { settings: body, version: kept.version + 1 });
}

const LISTED = { regions: 'region', products: 'product', languages: 'language', network: 'network', dialled: 'dialled' };
function holds(asked, caller) {
  const because = [];
  for (const name of ['vip', 'corporate', 'outage']) {
    if (asked[name] === null) continue;
    if (caller[name] !== asked[name]) return null;
    because.push({ attribute: name, value: asked[name] ? 'yes' : 'no' });
  }
  for (const [list, name] of Object.entries(LISTED)) {
    if (asked[list].length === 0) continue;
    if (!asked[list].includes(caller[name])) return null;
    because.push({ attribute: name, value: caller[name] });
  }
  return because;
}

function tried(settings, wanted) {
  const caller = wanted.number ? { ...wanted, vip: true, region: 'Согд', language: 'tg', product: 'Премиум', last_agent_id: agents[2].id } : wanted;
  const first = NUMBERS.find(one => one.number === caller.dialled).queue;
  const found = { applied: [], skills: {}, preferred: [] };
  const told = new Set();
  for (const rule of settings.rules) {
    const because = holds(rule.when, caller);
    if (!because) continue;
    const says = { queue: rule.then.queue, head_start: rule.then.head_start_s, target: rule.then.target_s, skills: Object.keys(rule.then.skills).length > 0, prefer: rule.then.prefer };
    const decided = Object.keys(says).filter(aspect => says[aspect] && !told.has(aspect));
    for (const aspect of decided) { told.add(aspect); found[aspect] = aspect === 'skills' ? rule.then.skills : says[aspect]; }
    if (decided.includes('skills')) Object.assign(found, { skills_for_s: rule.then.skills_for_s, skills: rule.then.skills });
    if (decided.includes('prefer') && caller.last_agent_id) found.preferred = [{ agent: agents.find(agent => agent.id === caller.last_agent_id), why: 'last_agent', wait_s: rule.then.prefer_wait_s }];
    found.applied.push({ rule: rule.name, because, decided });
  }
  const code = found.queue ?? first;
  const narrow = Object.keys(found.skills).length > 0;
  return {
    known: Boolean(wanted.number), vip: caller.vip, corporate: caller.corporate, outage: caller.outage, region: caller.region, product: caller.product, language: caller.language, network: caller.network,
    applied: found.applied, queue: QUEUES.find(queue => queue.code === code), moved: code !== first, target_s: found.target ?? 20, head_start_s: found.head_start ?? 0, skills: found.skills, skills_for_s: found.skills_for_s ?? null, dropped: false, preferred: found.preferred,
    rings: [{ after_s: 0, agents: agents.slice(0, narrow ? 5 : 11) }, ...(narrow && found.skills_for_s ? [{ after_s: found.skills_for_s, agents: agents.slice(5, 11) }] : [])],
  };
}

function preview({ body }) {
  const faults = [];
  body.settings.rules.forEach((rule, place) => {
    const nothing = !rule.then.queue && !rule.then.head_start_s && !rule.then.target_s && !rule.then.account_target && !rule.then.prefer && Object.keys(rule.then.skills).length === 0;
    if (nothing) faults.push({ pointer: `/rules/${place}/then`, fault: 'does_nothing', detail: 'say what becomes of the caller', warning: false });
    if (rule.then.skills.tajik === 5) faults.push({ pointer: `/rules/${place}/then/skills`, fault: 'nobody_ever', detail: 'no agent', warning: false });
    if (rule.when.regions.includes('ГБАО')) faults.push({ pointer: `/rules/${place}/when/regions/0`, fault: 'value_unknown', detail: 'no subscriber', warning: true });
  });
  return { faults, tried: body.caller ? tried(body.settings, body.caller) : null };
}

function replay({ body }) {
  if (failing) throw new Problem(503, 'dependency-unavailable');
  const figures = (offered, level, lost, mean, longest) => ({ offered, service_level: level, abandonment: lost, mean_wait_s: mean, p99_wait_s: longest });
  const run = (level, lost, mean, longest, occupancy) => ({ all: figures(1312, level, lost, mean, longest), occupancy });
  if (body.day.endsWith('-01')) return { contacts: 0, unknown: 0, agents: 0, otherwise: 0, moved: 0, was: run(1, 0, 0, 0, null), live: run(1, 0, 0, 0, null), draft: run(1, 0, 0, 0, null), rules: [], queues: [] };
  const same = JSON.stringify(body.settings) === JSON.stringify(kept.settings);
  const live = run(0.851, 0.066, 13.5, 124, 0.855);
  const rules = body.settings.rules.map(({ name }, place) => {
    const held = [96, 141, 0, 268][place] ?? 37;
    const before = figures(held, 0.812 - place * 0.03, 0.071, 15.2 + place * 2, 96);
    return { rule: name, held, decided: held, was: held ? before : null, live: held ? before : null, draft: held ? (same ? before : figures(held, 0.946 - place * 0.02, 0.031, 6.4 + place, 61)) : null };
  });
  const queues = same ? [] : [
    { queue: QUEUES[2], was: figures(901, 0.84, 0.07, 14.1, 120), live: figures(901, 0.851, 0.066, 13.5, 124), draft: figures(805, 0.874, 0.058, 12.2, 117) },
    { queue: QUEUES[1], was: null, live: null, draft: figures(96, 0.946, 0.031, 6.4, 41) },
  ];
  return { contacts: 1312, unknown: 87, agents: 31, otherwise: same ? 0 : 141, moved: same ? 0 : 96, was: run(0.842, 0.071, 14.2, 131, 0.86), live, draft: same ? live : run(0.874, 0.058, 12.1, 118, 0.861), rules, queues };
}

const versions = () => [
  { version: kept.version, settings: kept.settings, made_at: ago(7200), made_by: 'Шаҳноза Каримова', restored_from: null },
  { version: 2, settings: { rules: [FIRST[1], FIRST[0], { ...FIRST[2], then: { ...FIRST[2].then, skills_for_s: 90 } }], last_agent: { within_days: 7, wait_s: 15 } }, made_at: ago(90_000), made_by: 'Тимур Саидов', restored_from: null },
  { version: 1, settings: { rules: [], last_agent: { within_days: 7, wait_s: 0 } }, made_at: null, made_by: null, restored_from: null },
];

export const ROUTING_ROUTES = [
  ['GET', /^\/api\/routing-rules$/, () => { if (failing) throw new Problem(503, 'dependency-unavailable'); return kept; }],
  ['PUT', /^\/api\/routing-rules$/, change],
  ['POST', /^\/api\/routing-rules\/preview$/, preview],
  ['POST', /^\/api\/routing-rules\/replay$/, replay],
  ['GET', /^\/api\/routing-rules\/versions$/, versions],
  ['POST', /^\/api\/routing-rules\/restore$/, ({ body }) => Object.assign(kept, { settings: versions().find(one => one.version === body.version).settings, version: kept.version + 1 })],
];
