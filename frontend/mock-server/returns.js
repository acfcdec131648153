/** Callers to call back of the scripted operator. */
import { ago, ahead, PEOPLE, QUEUES } from './data.js';
import { Problem } from './problem.js';

const [ME, SUPERVISOR] = PEOPLE;
const LOST = [
  ['+992 93 555 12 08', 'Фаррух Назаров', 0, 3, 5400, 900, 84, 'abandoned', 2, 1500],
  ['+992 90 300 45 17', 'Зарина Саидова', 1, 1, 2700, 2700, 126, 'abandoned', 0, 0],
  ['+992 92 700 11 93', null, 0, 2, 2100, 640, 0, 'queue_full', 0, 0],
  ['+992 93 412 80 02', 'Умед Қодиров', 2, 1, 1260, 1260, 61, 'left_after_transfer', 0, 0],
  ['+992 90 118 64 30', null, 1, 1, 900, 900, 45, 'abandoned', 0, 0],
  ['+992 91 905 77 41', 'Нигина Юсупова', 0, 1, 420, 420, 310, 'max_wait', 0, 0],
];
const made = () => LOST.map(([number, name, queue, times, first, last, waited, reason, attempts, attempted], index) => ({
  id: `0199c1a0-7a2e-7cc3-98c4-00000000${String(index).padStart(4, '0')}`, caller: { number: number.replaceAll(' ', ''), hidden: false, name },
  queue: { id: QUEUES[queue].id, name: QUEUES[queue].name }, entry_number: '0611', times, first_at: ago(first), last_at: ago(last), end_reason: reason, waited_s: waited,
  calling_now: index === 4, attempts, attempted_at: attempts ? ago(attempted) : null,
  taken_by: index === 1 ? { id: ME.id, name: ME.name } : index === 3 ? { id: SUPERVISOR.id, name: SUPERVISOR.name } : null, taken_until: index === 1 ? ahead(640) : index === 3 ? ahead(300) : null,
}));

let items = made();
let failing = false;
const sockets = new Set();
const tell = () => { for (const socket of sockets) socket.send(JSON.stringify({ type: 'returns' })); };
const one = id => items.find(item => item.id === id) ?? (() => { throw new Problem(404, 'return-not-found'); })();

export function answerReturns(socket) {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.send(JSON.stringify({ type: 'returns' }));
}

export const failReturns = now => { failing = now; };

export const RETURN_ROUTES = [
  ['GET', /^\/api\/returns$/, ({ url }) => {
    if (failing) throw new Problem(503, 'dependency-unavailable');
    const found = items.filter(item => !url.searchParams.get('queue_id') || item.queue.id === url.searchParams.get('queue_id'));
    return { total: found.length, items: found };
  }],
  ['PUT', /^\/api\/returns\/([^/]+)\/taken$/, ({ match }) => {
    const item = one(match[1]);
    if (item.taken_by && item.taken_by.id !== ME.id) throw new Problem(409, 'return-taken');
    Object.assign(item, { taken_by: { id: ME.id, name: ME.name }, taken_until: ahead(900) });
    tell();
    return [204];
  }],
  ['DELETE', /^\/api\/returns\/([^/]+)\/taken$/, ({ match }) => { Object.assign(one(match[1]), { taken_by: null, taken_until: null }); tell(); return [204]; }],
  ['POST', /^\/api\/returns\/([^/]+)\/settlement$/, ({ match }) => { items = items.filter(item => item !== one(match[1])); tell(); return [204]; }],
  ['POST', /^\/mock\/returns$/, ({ body }) => {
    items = body.empty ? [] : made();
    // Taken by another, before this page was told.
    if (body.taken) for (const item of items) Object.assign(item, { taken_by: { id: SUPERVISOR.id, name: SUPERVISOR.name }, taken_until: ahead(300) });
    return [204];
  }],
];
