/** Skills of the scripted operator, and who has them. */
import { randomUUID } from 'node:crypto';
import { ago } from './data.js';
import { Problem } from './problem.js';
import { idOf, sorted, STAFF } from './staff.js';

const CODES = [['russian', 'Русский язык', 'Забони русӣ', 'Russian'], ['tajik', 'Таджикский язык', 'Забони тоҷикӣ', 'Tajik'], ['english', 'Английский язык', 'Забони англисӣ', 'English'], ['internet', 'Мобильный интернет', 'Интернети мобилӣ', 'Mobile internet'], ['tariffs', 'Тарифы и услуги', 'Тарофаҳо ва хидматҳо', 'Tariffs and services'], ['roaming', 'Роуминг', 'Роуминг', 'Roaming'], ['sales', 'Продажи', 'Фурӯш', 'Sales'], ['vip_care', 'Забота о VIP', 'Хизмати VIP', 'VIP care']];
export const SKILLS = CODES.map(([code, ru, tg, en], position) => ({ id: idOf(`skill ${code}`), code, names: { ru, tg, en }, position, archived: false, version: 1 }));
const LEVELS = new Map();
const CHANGED = new Map();
let failing = false;
let empty = false;
export const failSkills = wanted => { failing = wanted; };
STAFF.forEach((person, row) => SKILLS.forEach((skill, column) => { const level = (row * 7 + column * 5 + row * column) % 9; if (level > 0 && level < 6) LEVELS.set(`${person.id}/${skill.id}`, level); }));

const agents = () => sorted().filter(person => person.is_agent && person.state !== 'disabled');
const seen = skill => ({ ...skill, people: agents().filter(person => LEVELS.has(`${person.id}/${skill.id}`)).length });
const list = () => (empty ? [] : [...SKILLS].sort((a, b) => a.position - b.position).map(seen));

function reach(session) {
  const scope = session.user.rights.includes('skills.manage') ? (session.user.scopes['skills.manage'] ?? 'all') : null;
  const team = STAFF.find(person => person.id === session.user.id)?.team?.id;
  return person => scope === 'all' || (scope === 'team' && person.team?.id === team);
}

function page({ url, session }) {
  if (failing) throw new Problem(503, 'dependency-unavailable');
  const may = reach(session);
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const found = agents();
  const items = found.slice(from, from + 100).map(({ id, name, team }) => ({ user_id: id, name, team, may_change: may({ id, team }), levels: SKILLS.filter(skill => LEVELS.has(`${id}/${skill.id}`)).map(skill => ({ skill_id: skill.id, level: LEVELS.get(`${id}/${skill.id}`) })), changed_at: CHANGED.get(id) ?? null, changed_by: CHANGED.has(id) ? 'Фаррух Назаров' : null }));
  return { items, next_cursor: from + 100 < found.length ? String(from + 100) : null };
}

function put(user, skill, level) {
  if (level === 0) LEVELS.delete(`${user}/${skill}`);
  else LEVELS.set(`${user}/${skill}`, level);
  CHANGED.set(user, ago(40));
}

function give({ body }) {
  const errors = body.changes.flatMap(({ user_id, skill_id, was, level }, place) => { const now = LEVELS.get(`${user_id}/${skill_id}`) ?? 0; return now === was || now === level ? [] : [{ pointer: `/changes/${place}/was`, detail: `it is ${now} now` }]; });
  if (errors.length > 0) throw new Problem(409, 'skill-levels-changed', { errors });
  for (const { user_id, skill_id, level } of body.changes) put(user_id, skill_id, level);
  return { levels: body.changes.length, people: new Set(body.changes.map(change => change.user_id)).size };
}

function readSheet({ body }) {
  const [head, ...lines] = body.content.split(/\r?\n/).filter(Boolean).map(line => line.split(/[;,]/));
  if (!head.includes('id') && !head.includes('email')) throw new Problem(422, 'skill-sheet-unreadable');
  const faults = [];
  const changes = [];
  lines.forEach((cells, place) => {
    const person = agents().find(candidate => candidate.id === cells[0] || candidate.email === cells[0]);
    const wrong = cells.findIndex((cell, column) => column > 0 && cell && !/^[0-5]$/.test(cell));
    if (!person) faults.push({ line: place + 2, fault: 'agent_unknown', column: head[0], found: cells[0] });
    else if (wrong > 0) faults.push({ line: place + 2, fault: 'level_wrong', column: head[wrong], found: cells[wrong] });
    else head.forEach((code, column) => { const skill = SKILLS.find(known => known.code === code); const was = LEVELS.get(`${person.id}/${skill?.id}`) ?? 0; if (skill && cells[column] && Number(cells[column]) !== was) changes.push({ user_id: person.id, skill_id: skill.id, was, level: Number(cells[column]) }); });
  });
  return { lines: lines.length, same: 0, unknown_columns: head.filter(name => !['id', 'email', 'name', 'team'].includes(name) && !SKILLS.some(skill => skill.code === name)), faults, changes };
}

function change({ match, body, request }) {
  const skill = SKILLS.find(known => known.id === match[1]);
  if (request.headers['if-match'] !== `"${skill.version}"`) throw new Problem(412, 'version-stale', { version: skill.version });
  return seen(Object.assign(skill, body, { version: skill.version + 1 }));
}

function create({ body }) {
  if (SKILLS.some(skill => skill.code === body.code)) throw new Problem(409, 'skill-code-taken');
  const skill = { id: randomUUID(), ...body, position: SKILLS.length, archived: false, version: 1 };
  SKILLS.push(skill);
  return [201, seen(skill)];
}

export const SKILL_ROUTES = [
  ['GET', /^\/api\/skills$/, () => { if (failing) throw new Problem(503, 'dependency-unavailable'); return list(); }],
  ['POST', /^\/api\/skills$/, create],
  ['PATCH', /^\/api\/skills\/([^/]+)$/, change],
  ['GET', /^\/api\/agent-skills$/, page],
  ['PATCH', /^\/api\/agent-skills$/, give],
  ['POST', /^\/api\/agent-skills\/preview$/, readSheet],
  /** Somebody else gives the first two another level of one skill; or there are no skills at all. */
  ['POST', /^\/mock\/skills$/, ({ body }) => { empty = Boolean(body.empty); if (body.touch) for (const person of agents().slice(0, 2)) put(person.id, SKILLS[0].id, ((LEVELS.get(`${person.id}/${SKILLS[0].id}`) ?? 0) % 3) + 1); return [204]; }],
];
