/**
 * Plays a desk without the platform: `npm run build && npm run mock`, then http://localhost:4300.
 * POST /mock/scene {"scene": "ringing"} moves the story; POST /mock/failing {"failing": true} makes every list fail.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { BREAKS, DISPOSITIONS, HISTORY, PASSWORD, PEOPLE, storyOf, TARGETS } from './data.js';
import { ScriptedDesk } from './desk.js';
import { seenBy } from './masks.js';
import { Problem } from './problem.js';
import { fail, SETTINGS_ROUTES } from './settings.js';
import { failQueues, QUEUE_ROUTES } from './queues.js';
import { CALLING_ROUTES, failCalling } from './calling.js';
import { emptyRouting, failRouting, ROUTING_ROUTES } from './routing.js';
import { failSkills, SKILL_ROUTES } from './skills.js';
import { dayOf } from './day.js';
import { answerShift, SHIFT_ROUTES } from './shift.js';
import { answerReturns, failReturns, RETURN_ROUTES } from './returns.js';
import { answerSip } from './sip.js';
import { tone } from './tone.js';

const PORT = Number(process.env.PORT ?? 4300);
const PAGES = new URL('../dist/desk/browser', import.meta.url).pathname;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

const desk = new ScriptedDesk();
const sessions = new Map();
let failing = false;

const ROUTES = [
  ['GET', /^\/api\/site$/, () => ({
    slug: 'somon', name: 'Сомон Мобайл', locale: 'ru', locales: ['ru', 'tg', 'en'],
    demo_accounts: PEOPLE.map(({ email, name, role }) => ({ email, password: PASSWORD, name, role })).filter(account => ['agent', 'supervisor', 'admin'].includes(account.role)),
  })],
  ['POST', /^\/api\/sessions$/, ({ body, answer }) => {
    if (body.password === 'often') throw new Problem(429, 'too-many-attempts', { retry_after_s: 83 });
    const user = PEOPLE.find(person => person.email === body.email);
    if (!user || body.password !== PASSWORD) throw new Problem(401, 'sign-in-failed');
    const key = randomUUID();
    sessions.set(key, { user, preferences: { locale: 'ru', theme: 'system', auto_answer: false } });
    answer.setHeader('Set-Cookie', [`ovoz_session=${key}; HttpOnly; SameSite=Strict; Path=/`, `ovoz_csrf=${key}; SameSite=Strict; Path=/`]);
    return [201, sessionView(sessions.get(key))];
  }],
  ['GET', /^\/api\/session$/, ({ session }) => sessionView(session)],
  ['DELETE', /^\/api\/session$/, ({ key }) => { sessions.delete(key); return [204]; }],
  ['PATCH', /^\/api\/session\/preferences$/, ({ session, body }) => Object.assign(session.preferences, body)],
  ['GET', /^\/api\/break-reasons$/, () => BREAKS.filter(reason => !reason.archived)],
  ['DELETE', /^\/api\/desk\/break-request$/, () => desk.withdraw()],
  ['GET', /^\/api\/dispositions$/, () => DISPOSITIONS],
  ['GET', /^\/api\/desk\/day$/, () => { if (failing) throw new Problem(503, 'dependency-unavailable'); return dayOf(); }],
  ['GET', /^\/api\/desk$/, ({ session }) => deskOf(session)],
  ['PUT', /^\/api\/desk\/state$/, ({ body }) => desk.choose(body.state, body.reason)],
  ['POST', /^\/api\/desk\/phone$/, () => [201, { phone_id: randomUUID(), uri: 'sip:mock@localhost', username: 'mock', password: 'mock', websocket_path: '/sip', register_expires_s: 120 }]],
  ['GET', /^\/api\/desk\/targets$/, () => TARGETS],
  ['POST', /^\/api\/desk\/interactions\/[^/]+\/wrap-up$/, ({ body }) => desk.finish(body.next, body.reason)],
  ['POST', /^\/api\/desk\/interactions\/[^/]+\/([a-z/-]+)$/, ({ match }) => desk.order(match[1])],
  ['POST', /^\/api\/desk\/calls$/, () => { desk.scene('calling'); return desk.view(); }],
  ['DELETE', /^\/api\/desk\/interactions\/[^/]+\/parties\/[^/]+$/, () => desk.order('return')],
  ['GET', /^\/api\/interactions$/, ({ url, session }) => {
    if (failing) throw new Problem(503, 'dependency-unavailable');
    const token = url.searchParams.get('number_token');
    const number = token ? token.replace('token.', '+') : url.searchParams.get('number');
    return { items: HISTORY.filter(call => !number || call.caller.number === number).map(call => seenBy(session, call)), next_cursor: null };
  }],
  ['GET', /^\/api\/interactions\/([^/]+)$/, ({ match, session }) => {
    const call = HISTORY.find(item => item.id === match[1]);
    if (!call) throw new Problem(404, 'interaction-not-found');
    return seenBy(session, storyOf(call));
  }],
  ...SETTINGS_ROUTES,
  ...SKILL_ROUTES,
  ...QUEUE_ROUTES,
  ...ROUTING_ROUTES,
  ...CALLING_ROUTES,
  ['POST', /^\/mock\/no-rules$/, ({ body }) => { emptyRouting(body.empty); return [204]; }],
  ...SHIFT_ROUTES,
  ...RETURN_ROUTES,
  ['POST', /^\/mock\/scene$/, ({ body }) => { desk.scene(body.scene); return [204]; }],
  ['POST', /^\/mock\/failing$/, ({ body }) => { failing = body.failing; fail(body.failing); failSkills(body.failing); failQueues(body.failing); failRouting(body.failing); failCalling(body.failing); failReturns(body.failing); return [204]; }],
];
const OPEN = /^\/(api\/(site|sessions|invitations\/.*)|mock\/.*)$/;

/** The desk as this person sees it. */
function deskOf(session) {
  const view = desk.view();
  return { ...view, agent: { ...view.agent, id: session.user.id, name: session.user.name }, interaction: seenBy(session, view.interaction) };
}

function sessionView({ user, preferences }) {
  const { id, name, email, roles, is_agent, rights, scopes } = user;
  return { user: { id, name, email, roles, is_agent }, tenant: { id: 'somon', slug: 'somon', name: 'Сомон Мобайл' }, preferences, rights, scopes };
}

function sessionKey(request) {
  return /ovoz_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

async function bodyOf(request) {
  const chunks = await request.toArray();
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
}

async function api(request, answer, url) {
  const key = sessionKey(request);
  const session = sessions.get(key);
  if (!OPEN.test(url.pathname) && !session) throw new Problem(401, 'not-signed-in');
  for (const [method, path, handle] of ROUTES) {
    const match = path.exec(url.pathname);
    if (!match || method !== request.method) continue;
    const result = await handle({ url, request, match, key, session, answer, body: await bodyOf(request) });
    const [status, view] = Array.isArray(result) && typeof result[0] === 'number' ? result : [200, result];
    answer.writeHead(status, { 'Content-Type': 'application/json' }).end(view === undefined ? '' : JSON.stringify(view));
    return;
  }
  throw new Problem(404, 'not-found');
}

function audio(request, answer) {
  const sound = tone(180);
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  const end = to ? Number(to) : sound.length - 1;
  answer.writeHead(206, { 'Content-Type': 'audio/wav', 'Accept-Ranges': 'bytes', 'Content-Range': `bytes ${from}-${end}/${sound.length}` });
  answer.end(sound.subarray(Number(from), end + 1));
}

async function page(answer, path) {
  const file = extname(path) ? join(PAGES, normalize(path)) : join(PAGES, 'index.html');
  const content = await readFile(file);
  answer.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain', 'Content-Security-Policy': POLICY }).end(content);
}

const server = createServer(async (request, answer) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  try {
    if (/^\/api\/recordings\//.test(url.pathname)) audio(request, answer);
    else if (/^\/(api|mock)\//.test(url.pathname)) await api(request, answer, url);
    else await page(answer, url.pathname);
  } catch (error) {
    const status = error instanceof Problem ? error.status : error.code === 'ENOENT' ? 404 : 500;
    answer.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(error.body ?? { status, title: String(error) }));
  }
});

const sockets = new WebSocketServer({ noServer: true, handleProtocols: protocols => (protocols.has('sip') ? 'sip' : false) });
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, opened => {
    if (request.url === '/sip') return answerSip(opened);
    if (!sessions.has(sessionKey(request))) return opened.close(4401);
    if (request.url === '/api/returns/live') return answerReturns(opened);
    if (request.url === '/api/team/live' || request.url === '/api/desk/colleagues') return answerShift(opened, request.url);
    const session = sessions.get(sessionKey(request));
    const send = () => { const view = deskOf(session); opened.send(JSON.stringify({ type: 'desk', epoch: view.epoch, seq: view.seq, data: view })); };
    const forget = desk.listen(send);
    const pulse = setInterval(() => opened.send(JSON.stringify({ type: 'number', epoch: desk.view().epoch, seq: desk.view().seq })), 5000);
    opened.on('close', () => { forget(); clearInterval(pulse); });
    send();
  });
});

server.listen(PORT, '127.0.0.1', () => console.log(`http://localhost:${PORT}`));
