/** The roles of the scripted operator: those that are shipped (`tenants/roles.yaml`) and two of its own. */

const grant = (right, conditions) => ({ right, conditions: conditions ?? {} });
const own = { whose: 'own' };
const team = { whose: 'team' };
const DESK = [grant('session.use'), grant('desk.use'), grant('calls.control'), grant('calls.dial'), grant('settings.read')];

const shipped = (code, names, purpose, grants) => ({ code, names: { ru: names[0], tg: names[1], en: names[2] }, purpose: { ru: purpose[0], tg: purpose[1], en: purpose[2] }, shipped: true, version: 1, grants });
const custom = (code, name, grants) => ({ code, names: { ru: name, tg: name, en: name }, purpose: null, shipped: false, version: 4, grants });

export const ROLES = [
  shipped('agent', ['Оператор', 'Оператор', 'Agent'], ['Отвечает на звонки и видит свою работу.', 'Ба зангҳо ҷавоб медиҳад ва кори худро мебинад.', 'Answers calls and sees their own work.'],
    [...DESK, grant('interactions.read', own), grant('interactions.find'), grant('returns.work', { whose: 'queue' }), grant('recordings.listen', own), grant('personal.reveal')]),
  shipped('senior_agent', ['Старший оператор', 'Оператори калон', 'Senior agent'], ['Отвечает на звонки и помогает своей группе, слушая её разговоры.', 'Ба зангҳо ҷавоб медиҳад ва ба гурӯҳи худ ёрӣ расонда, суҳбатҳои онро гӯш мекунад.', 'Answers calls and helps their team, whose conversations they can hear.'],
    [...DESK, grant('interactions.read', team), grant('interactions.find'), grant('returns.work', { whose: 'queue' }), grant('recordings.listen', team), grant('people.read', team), grant('personal.reveal')]),
  shipped('outsourced_agent', ['Внешний оператор', 'Оператори берунӣ', 'Outsourced agent'], ['Сотрудник подрядчика; отвечает на звонки, записей не слышит и персональных данных не раскрывает.', 'Корманди пудратчӣ; ба зангҳо ҷавоб медиҳад, сабтҳоро намешунавад ва маълумоти шахсиро намекушояд.', 'Works for a contractor; answers calls, hears no recordings and reveals no personal data.'],
    [...DESK, grant('interactions.read', own)]),
  shipped('supervisor', ['Супервизор', 'Супервайзер', 'Supervisor'], ['Ведёт смену, видит все обращения и слушает все записи.', 'Навбатро роҳбарӣ мекунад, ҳамаи муроҷиатҳоро мебинад ва ҳамаи сабтҳоро гӯш мекунад.', 'Runs the shift, sees every contact and hears every recording.'],
    [grant('session.use'), grant('interactions.read'), grant('interactions.find'), grant('returns.work'), grant('recordings.listen'), grant('recordings.download'), grant('settings.read'), grant('skills.manage', team), grant('team.watch'), grant('breaks.decide'), grant('people.read'), grant('personal.reveal')]),
  shipped('quality_analyst', ['Аналитик качества', 'Таҳлилгари сифат', 'Quality analyst'], ['Слушает разговоры и оценивает их, ничего не скачивая.', 'Суҳбатҳоро гӯш мекунад ва баҳо медиҳад, вале чизе боргирӣ намекунад.', 'Hears conversations and judges them, and downloads nothing.'],
    [grant('session.use'), grant('interactions.read'), grant('recordings.listen'), grant('settings.read'), grant('people.read')]),
  shipped('sales', ['Специалист по продажам', 'Мутахассиси фурӯш', 'Sales'], ['Продаёт по телефону и видит обращения тех, кому звонит.', 'Тавассути телефон мефурӯшад ва муроҷиатҳои муштариёни худро мебинад.', 'Sells on the phone and sees the contacts of those they talk to.'],
    [...DESK, grant('interactions.read', own), grant('interactions.find'), grant('recordings.listen', own), grant('personal.reveal')]),
  shipped('corporate_manager', ['Менеджер корпоративных клиентов', 'Менеҷери муштариёни корпоративӣ', 'Corporate manager'], ['Отвечает за корпоративных клиентов и видит обращения только их.', 'Масъули муштариёни корпоративӣ аст ва танҳо муроҷиатҳои онҳоро мебинад.', 'Looks after corporate accounts and sees the contacts of those only.'],
    [grant('session.use'), grant('interactions.read', { corporate: true }), grant('recordings.listen', { corporate: true }), grant('settings.read'), grant('personal.reveal')]),
  shipped('admin', ['Администратор', 'Маъмур', 'Administrator'], ['Ведёт сотрудников, роли и настройки, видит журнал действий; записей не слышит.', 'Кормандон, нақшҳо ва танзимотро идора мекунад, дафтари амалҳоро мебинад; сабтҳоро намешунавад.', 'Keeps people, roles and settings and sees the audit; hears no recordings.'],
    ['session.use', 'interactions.read', 'interactions.find', 'settings.read', 'queues.manage', 'skills.manage', 'breaks.manage', 'people.read', 'people.manage', 'roles.read', 'roles.manage', 'audit.read', 'audit.export'].map(right => grant(right))),
  shipped('auditor', ['Аудитор', 'Аудитор', 'Auditor'], ['Проверяет, кто что делал и кому что можно, и ничего не меняет.', 'Месанҷад, ки кӣ чӣ кор кардааст ва ба кӣ чӣ иҷозат аст, ва чизеро тағйир намедиҳад.', 'Checks who did what and who may do what, and changes nothing.'],
    ['session.use', 'people.read', 'roles.read', 'audit.read', 'audit.export'].map(right => grant(right))),
  shipped('bi_service', ['Служба аналитики', 'Хадамоти таҳлил', 'BI service'], ['Учётная запись системы отчётности; читает обращения и справочники.', 'Ҳисоби низоми ҳисоботдиҳӣ; муроҷиатҳо ва маълумотномаҳоро мехонад.', 'An account of a reporting system; reads contacts and reference data.'],
    [grant('session.use'), grant('interactions.read'), grant('settings.read')]),
  custom('shift_lead', 'Старший смены', [...DESK, grant('interactions.read', team), grant('interactions.read', { whose: 'queue', hours: { from: '20:00', until: '08:00' } }), grant('interactions.find'), grant('recordings.listen', { whose: 'team', regions: ['Душанбе', 'Хатлон'] }), grant('people.read', { whose: 'team', outsourced: false })]),
  custom('trainee', 'Стажёр', [...DESK, grant('interactions.read', own), grant('interactions.find', { hours: { from: '08:00', until: '20:00' } }), grant('personal.reveal')]),
];

const CONTACTS = ['whose', 'regions', 'outsourced', 'corporate', 'hours'];
const ALL = ['own', 'team', 'queue', 'all'];
const info = (name, conditions, whose = []) => ({ name, conditions, whose });
export const RIGHTS = [
  info('session.use', []), info('desk.use', ['hours']), info('calls.control', ['hours']), info('calls.dial', ['hours']),
  info('interactions.read', CONTACTS, ALL), info('interactions.find', ['hours']), info('returns.work', CONTACTS, ALL), info('recordings.listen', CONTACTS, ALL), info('recordings.download', CONTACTS, ALL),
  info('settings.read', ['hours']), info('breaks.manage', ['hours']), ...['breaks.decide', 'team.watch', 'skills.manage'].map(name => info(name, ['whose', 'regions', 'outsourced', 'hours'], ['own', 'team', 'all'])), info('people.read', ['whose', 'regions', 'outsourced', 'hours'], ['own', 'team', 'all']),
  ...['queues.manage', 'people.manage', 'roles.read', 'roles.manage', 'audit.read', 'audit.export', 'personal.reveal'].map(name => info(name, ['hours'])),
];

export const grantsOf = codes => codes.flatMap(code => (ROLES.find(role => role.code === code)?.grants ?? []).map(given => ({ role: code, ...given })));

/** What a session says of its person's roles: the rights, and for those with a scope whose at most. */
export function rightsOf(codes) {
  const grants = grantsOf(codes);
  const scopes = {};
  for (const { right, conditions } of grants) {
    if (!RIGHTS.find(known => known.name === right)?.whose.length) continue;
    const whose = conditions.whose ?? 'all';
    if (!scopes[right] || ALL.indexOf(whose) > ALL.indexOf(scopes[right])) scopes[right] = whose;
  }
  return { rights: [...new Set(grants.map(given => given.right))], scopes };
}
