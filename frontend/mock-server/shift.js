/** A shift of the scripted operator, for supervisors and for colleagues. */
import { ago, ahead, PEOPLE, QUEUES } from './data.js';
import { Problem } from './problem.js';
import { STAFF } from './staff.js';

const STATES = ['talking', 'talking', 'ready', 'wrap_up', 'talking', 'break', 'ready', 'offline', 'talking', 'break', 'not_answering', 'ringing'];
const BREAK_OF = ['lunch', 'coffee', 'meeting'];
let scene = 'busy';

function member(person, index) {
  const state = STATES[index % STATES.length];
  const sinceS = 20 + ((index * 137) % 900);
  const reason = state === 'break' ? BREAK_OF[index % 3] : state === 'not_answering' ? 'ring_no_answer' : null;
  const over = index === 9;
  const busy = ['talking', 'wrap_up', 'ringing'].includes(state);
  return {
    id: person.id, name: person.name, state, reason, since: over ? ago(1122) : ago(sinceS), next: index === 4 ? { state: 'break', reason: 'lunch' } : null,
    queue: busy ? { id: QUEUES[index % 3].id, name: QUEUES[index % 3].name } : null, interaction_id: busy ? person.id : null, held: index === 8,
    signed_in_at: state === 'offline' ? null : ago(3600 * 3 + index * 211), worked_s: 6200 - index * 97, ready_s: 1900 + index * 61,
    break_until: state === 'break' ? (over ? ago(222) : ahead(900 - sinceS)) : null, break_over: over,
    wish: (index === 2 || index === 13) ? { id: person.id, reason: 'training', asked_at: ago(index === 2 ? 312 : 95), until: ahead(index === 2 ? 588 : 805) } : null,
    team: person.team, may_decide: true,
  };
}

const AGENTS = STAFF.filter(person => person.is_agent && person.state === 'active').slice(0, 34);
const view = () => ({ epoch: 1, seq: 1, at: new Date().toISOString(), agents: scene === 'empty' ? [] : AGENTS.map(member) });
const colleagues = () => ({ ...view(), agents: view().agents.filter(agent => agent.state !== 'offline' && agent.team?.id === PEOPLE[0].team.id).map(({ id, name, state, reason, since }) => ({ id, name, state, reason, since })) });

export function answerShift(socket, path) {
  if (scene === 'lost') return socket.close(1013);
  const say = message => socket.send(JSON.stringify(message));
  say({ type: 'switchboard', available: scene !== 'away' });
  say(path === '/api/team/live' ? { type: 'team', data: view() } : { type: 'colleagues', data: colleagues() });
}

export const SHIFT_ROUTES = [
  ['GET', /^\/api\/team$/, view],
  ['POST', /^\/api\/team\/[^/]+\/break-decision$/, ({ body }) => {
    if (body.note === 'поздно') throw new Problem(409, 'not-possible-now');
    return [204];
  }],
  ['POST', /^\/mock\/shift$/, ({ body }) => { scene = body.scene; return [204]; }],
];
