/** What the scripted operator knows: people, lists, and a day of calls. */
import { randomUUID } from 'node:crypto';
import { rightsOf } from './roles.js';
import { idOf, STAFF } from './staff.js';

export const NOW = () => new Date();
export const ago = seconds => new Date(Date.now() - seconds * 1000).toISOString();
export const ahead = seconds => ago(-seconds);

export const QUEUES = [
  { id: randomUUID(), name: 'Мобильный интернет', waiting: 4, longest_since: ago(102), estimated_wait_s: 96, estimate_error_s: 22, agents_ready: 3, agents_signed_in: 11 },
  { id: randomUUID(), name: 'Баланс и списания', waiting: 2, longest_since: ago(38), estimated_wait_s: 41, estimate_error_s: 15, agents_ready: 4, agents_signed_in: 14 },
  { id: randomUUID(), name: 'Роуминг и eSIM', waiting: 0, longest_since: null, estimated_wait_s: null, estimate_error_s: null, agents_ready: 2, agents_signed_in: 6 },
].map(queue => ({ open: true, turns_at: null, ...queue }));

export const BREAKS = [
  { code: 'lunch', limit_s: 2700, at_once: 2, names: { ru: 'Обед', tg: 'Хӯроки нисфирӯзӣ', en: 'Lunch' } },
  { code: 'coffee', limit_s: 900, names: { ru: 'Кофе', tg: 'Қаҳва', en: 'Coffee' } },
  { code: 'personal', limit_s: 600, names: { ru: 'Личное', tg: 'Шахсӣ', en: 'Personal' } },
  { code: 'training', limit_s: null, needs_approval: true, names: { ru: 'Обучение', tg: 'Омӯзиш', en: 'Training' } },
  { code: 'meeting', limit_s: 3600, names: { ru: 'Планёрка', tg: 'Ҷаласа', en: 'Team meeting' } },
].map(reason => ({ needs_approval: false, at_once: null, archived: false, version: 1, ...reason }));

export const DISPOSITIONS = [
  ['resolved', 'Вопрос решён', 'Масъала ҳал шуд', 'Resolved'],
  ['balance_charges', 'Баланс и списания', 'Тавозун ва пардохтҳо', 'Balance and charges'],
  ['tariff_change', 'Смена тарифа', 'Ивази тариф', 'Tariff change'],
  ['network_complaint', 'Жалоба на связь', 'Шикоят аз алоқа', 'Network complaint'],
  ['internet_trouble', 'Не работает интернет', 'Интернет кор намекунад', 'Internet does not work'],
  ['sim_card', 'SIM-карта и eSIM', 'SIM-корт ва eSIM', 'SIM card and eSIM'],
  ['roaming', 'Роуминг', 'Роуминг', 'Roaming'],
  ['escalated', 'Передано специалистам', 'Ба мутахассисон супурда шуд', 'Escalated'],
  ['wrong_number', 'Ошиблись номером', 'Рақам нодуруст аст', 'Wrong number'],
  ['no_talk', 'Разговор не состоялся', 'Суҳбат нашуд', 'No conversation'],
].map(([code, ru, tg, en]) => ({ code, names: { ru, tg, en } }));

/** Who signs in, by what they are here for; each of them is one of the staff too. */
export const PEOPLE = STAFF.slice(0, 5).map(person => ({ ...person, role: person.roles[0] ?? 'nobody', ...rightsOf(person.roles) }));
for (const person of PEOPLE) if (person.role === 'nobody') person.rights = ['session.use'];
export const PASSWORD = 'somon-demo';

export const CALLER = { number: '+992930004517', hidden: false, name: 'Сафарова Ғунча' };
const CALLERS = [
  CALLER,
  { number: '+992920001806', hidden: false, name: 'Юсупова Зарина' },
  { number: '+992900007231', hidden: false, name: null },
  { number: '+992930001055', hidden: false, name: 'Ғафурова Парвина' },
  { number: '+992980006490', hidden: false, name: 'Ӯлмасов Исфандиёр' },
  { number: '', hidden: true, name: null },
  { number: '+79161234567', hidden: false, name: 'Қодиров Ҷамшед' },
];

function pastCall(index) {
  const [agent] = PEOPLE;
  const minutes = index < 16 ? 14 + index * 17 : 1500 + index * 41;
  const talk = index % 9 === 8 ? 0 : 95 + ((index * 73) % 400);
  const hold = index % 4 === 1 ? 34 : 0;
  const wrap = talk ? 18 + ((index * 31) % 60) : 0;
  const start = minutes * 60 + talk + hold + wrap + 40;
  const queue = QUEUES[index % 3];
  return {
    id: randomUUID(), channel: 'voice', direction: 'inbound', state: 'closed',
    caller: index % 5 === 0 ? CALLER : CALLERS[index % CALLERS.length], entry_number: '+992446000111',
    queue: { id: queue.id, name: queue.name }, agent: { id: agent.id, name: agent.name },
    agents: talk ? [...(index === 2 ? [{ id: STAFF[5].id, name: STAFF[5].name }] : []), { id: agent.id, name: agent.name }] : [],
    started_at: ago(start), answered_at: talk ? ago(start - 40) : null, ended_at: ago(minutes * 60 + wrap),
    end_reason: talk ? (index % 3 ? 'caller_hung_up' : 'agent_hung_up') : 'abandoned',
    wait_s: 40, talk_s: talk, hold_s: hold, wrap_up_s: wrap,
    disposition: talk ? DISPOSITIONS[index % 8].code : null,
    recording: talk ? (index === 0 ? 'pending' : index === 7 ? 'failed' : 'stored') : 'none',
  };
}

/** Whom a call can be passed on to. */
export const TARGETS = {
  agents: [5, 6, 7, 12, 15, 21].map((place, index) => ({
    id: STAFF[place].id, name: STAFF[place].name, since: ago(40 + index * 171), state: ['ready', 'talking', 'ready', 'break', 'wrap_up', 'ready'][index], free: [0, 2, 5].includes(index),
  })),
  queues: [
    ...QUEUES,
    { id: idOf('queue corporate'), name: 'Корпоративные клиенты', waiting: 0, longest_since: null, estimated_wait_s: null, estimate_error_s: null, agents_ready: 1, agents_signed_in: 2, open: false, turns_at: ahead(52_000), refuses: 'queue_closed', leads_to: null },
    { id: idOf('queue night'), name: 'Премиум-клиенты', waiting: 0, longest_since: null, estimated_wait_s: null, estimate_error_s: null, agents_ready: 0, agents_signed_in: 0, open: false, turns_at: ahead(52_000), refuses: null, leads_to: { kind: 'queue', name: 'Мобильный интернет' } },
    { id: idOf('queue full'), name: 'Подключение', waiting: 40, longest_since: ago(300), estimated_wait_s: null, estimate_error_s: null, agents_ready: 0, agents_signed_in: 3, open: true, turns_at: null, refuses: 'queue_full', leads_to: null },
  ].map(queue => ({ refuses: null, leads_to: null, ...queue })),
  entry_points: [
    { id: idOf('line-1'), number: '+992446000111', name: 'Основной номер', queue: { id: QUEUES[0].id, name: QUEUES[0].name } },
    { id: idOf('line-2'), number: '+992446000112', name: 'Премиум-линия', queue: { id: idOf('queue night'), name: 'Премиум-клиенты' } },
    { id: idOf('line-3'), number: '+992446000113', name: 'Для компаний', queue: { id: idOf('queue corporate'), name: 'Корпоративные клиенты' } },
  ],
};

export const HISTORY = Array.from({ length: 46 }, (_, index) => pastCall(index));

/** The whole story of a call of the history. */
export function storyOf(call) {
  const begin = Date.parse(call.started_at);
  const at = seconds => new Date(begin + seconds * 1000).toISOString();
  const agent = call.agent;
  const talkEnd = 40 + call.talk_s + call.hold_s;
  const segment = (kind, from, to, who = null) => ({ kind, started_at: at(from), ended_at: at(to), agent: who, outcome: null, observed_late: false });
  const event = (type, seconds, params = {}, late = false) => ({ at: at(seconds), type, agent, observed_late: late, params });
  const answered = call.talk_s > 0;
  const half = 40 + call.talk_s / 2;
  const talk = call.hold_s
    ? [segment('talk', 40, half, agent), segment('hold', half, half + call.hold_s, agent), segment('talk', half + call.hold_s, talkEnd, agent)]
    : [segment('talk', 40, talkEnd, agent)];
  return {
    ...call,
    note: answered ? 'Медленный LTE с обеда, дома и на работе (Сино). Прогноз 16:00 принял, просит СМС, когда восстановим.' : '',
    handlings: call.agents.map((who, index) => ({
      agent: who, offered_at: at(31 + index * 20), answered_at: at(40 + index * 20), ended_at: at(60 + index * 20), outcome: index < call.agents.length - 1 ? 'transferred' : call.end_reason,
      talk_s: index < call.agents.length - 1 ? 64 : call.talk_s, hold_s: call.hold_s, wrap_up_s: 21 + index * 9, disposition: call.disposition, note: index < call.agents.length - 1 ? 'Просит специалиста по интернету, перевожу.' : 'Прогноз принял, ждёт СМС.',
    })),
    segments: [segment('flow', 0, 8), segment('queue', 8, 32), segment('ring', 32, 40, agent), ...(answered ? [...talk, segment('wrap_up', talkEnd, talkEnd + call.wrap_up_s, agent)] : [])],
    timeline: [
      event('calls.call_started.v1', 0, { entry_number: call.entry_number, caller: call.caller.number, queue: call.queue.name }),
      event('calls.caller_recognised.v1', 1),
      event('calls.call_queued.v1', 8, { queue: call.queue.name }),
      event('calls.position_announced.v1', 20, { position: 2 }),
      event('calls.call_offered.v1', 31, { agent_name: agent.name, attempt: 1 }),
      event('calls.ring_started.v1', 32),
      ...(answered
        ? [
            event('calls.call_answered.v1', 40, { agent_name: agent.name, waited_s: 32, recorded: true }),
            ...(call.hold_s ? [event('calls.call_held.v1', half), event('calls.call_resumed.v1', half + call.hold_s)] : []),
            event('calls.digit_pressed.v1', half + 3 + call.hold_s, { party: 'agent', digit: '5' }),
            event('calls.call_ended.v1', talkEnd, { reason: call.end_reason, answered: true, talk_s: call.talk_s }, true),
            event('calls.wrap_up_finished.v1', talkEnd + call.wrap_up_s, { disposition: call.disposition, wrap_up_s: call.wrap_up_s, timed_out: false }),
            event('recordings.recording_stored.v1', talkEnd + 6, { duration_ms: call.talk_s * 1000, size_bytes: 412_000 }),
          ]
        : [event('calls.call_ended.v1', 40, { reason: call.end_reason, answered: false })]),
    ],
    audio: call.recording === 'none' ? null : { id: call.id, state: call.recording, duration_s: call.recording === 'stored' ? call.talk_s : null, size_bytes: call.recording === 'stored' ? 412_000 : null, gaps: call.recording === 'stored' ? [{ from_s: 41, until_s: 68 }] : [] },
  };
}
