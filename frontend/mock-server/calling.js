/** Rules for calls of the scripted operator. */
import { Problem } from './problem.js';

const NUMBERS = [
  { number: '+992446000100', name: 'Короткий номер поддержки' },
  { number: '+992446000101', name: 'Мобильный интернет' },
  { number: '+992446000102', name: 'Премиум-линия' },
];
const kept = { settings: { caller_number: null, recording_pause_s: 120 }, version: 4, presented: NUMBERS[0].number, numbers: NUMBERS, queues: [{ name: 'Премиум-клиенты', number: '+992446000102' }] };
let failing = false;
export const failCalling = wanted => { failing = wanted; };

function change({ body, request }) {
  if (request.headers['if-match'] !== `"${kept.version}"`) throw new Problem(412, 'version-stale', { version: kept.version });
  return keep(body);
}

function keep(settings) {
  const own = NUMBERS.some(one => one.number === settings.caller_number);
  return Object.assign(kept, { settings, version: kept.version + 1, presented: own ? settings.caller_number : NUMBERS[0].number });
}

export const CALLING_ROUTES = [
  ['GET', /^\/api\/calling-rules$/, () => { if (failing) throw new Problem(503, 'dependency-unavailable'); return kept; }],
  ['PUT', /^\/api\/calling-rules$/, change],
  // Somebody else was faster, or the number went to another operator.
  ['POST', /^\/mock\/calling$/, ({ body }) => { keep({ caller_number: null, recording_pause_s: 120, ...body }); return [204]; }],
];
