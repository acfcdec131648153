/**
 * Takes a picture of every screen and lets axe look at it: `npm run pictures [-- name…]`.
 * The pictures are in `dist/pictures`. Chromium is the machine's own (CHROMIUM names another one).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { PASSWORD, PEOPLE } from './data.js';
import { idOf, sorted, STAFF } from './staff.js';

const PORT = '4301';
const ORIGIN = `http://localhost:${PORT}`;
const FOLDER = new URL('../dist/pictures/', import.meta.url).pathname;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [AGENT, SUPERVISOR, NOBODY, ADMIN, TRAINEE] = PEOPLE;

const scene = name => page => page.request.post('/mock/scene', { data: { scene: name } });
const testId = (page, id) => page.locator(`[data-testid="${id}"]`).first();
const shift = name => page => page.request.post('/mock/shift', { data: { scene: name } });
const open = id => page => testId(page, id).click();
const failing = page => page.request.post('/mock/failing', { data: { failing: true } });
const type = (id, text) => page => testId(page, id).fill(text);
const seen = id => page => testId(page, id).waitFor();
const row = (id, attribute, value) => page => page.locator(`[data-testid="${id}"][data-${attribute}="${value}"] a, a[data-testid="${id}"][data-${attribute}="${value}"]`).first().click();
const inRight = (right, id) => page => page.locator(`[data-right="${right}"] [data-testid="${id}"]`).first().click();
const keys = (...names) => async page => { for (const name of names) await page.keyboard.press(name); };
const reload = page => page.reload();
const PERSON = sorted()[3];
const typePassword = password => async page => {
  await testId(page, 'sign-in-email').fill(AGENT.email);
  await testId(page, 'sign-in-password').fill(password);
  await testId(page, 'sign-in-submit').click();
  await testId(page, 'sign-in-error').waitFor();
};

/** name, who is signed in, address, what is done before the picture. */
const SCREENS = [
  ['sign-in', null, '/', []],
  ['sign-in-wrong', null, '/', [typePassword('wrong')]],
  ['sign-in-often', null, '/', [typePassword('often')]],
  ['idle', AGENT, '/', [scene('ready')]],
  ['idle-failing', AGENT, '/', [scene('ready'), failing, reload, seen('day-failed')]],
  ['state-menu', AGENT, '/', [scene('ready'), open('agent-state')]],
  ['break', AGENT, '/', [scene('break')]],
  ['break-near', AGENT, '/', [scene('break-near'), seen('break-limit')]],
  ['break-over', AGENT, '/', [scene('break-over'), seen('break-limit')]],
  ['wish', AGENT, '/', [scene('ready-wish'), seen('break-wish')]],
  ['wish-denied', AGENT, '/', [scene('ready-denied'), seen('break-answer')]],
  ['offline', AGENT, '/', [scene('offline')]],
  ['not-answering', AGENT, '/', [scene('not_answering')]],
  ['announced', AGENT, '/', [scene('announced')]],
  ['ringing', AGENT, '/', [scene('ringing')]],
  ['talking', AGENT, '/', [scene('talking')]],
  ['held', AGENT, '/', [scene('held')]],
  ['keypad', AGENT, '/', [scene('talking'), open('call-keypad')]],
  ['transfer', AGENT, '/', [scene('talking'), open('call-transfer'), seen('transfer-choice')]],
  ['transfer-closed', AGENT, '/', [scene('talking'), open('call-transfer'), seen('transfer-choice'), keys('ArrowUp'), seen('transfer-leads-to')]],
  ['transfer-ask-closed', AGENT, '/', [scene('talking'), open('call-transfer'), seen('transfer-choice'), open('transfer-ask'), keys('ArrowUp'), seen('transfer-not-now')]],
  ['transfer-ask', AGENT, '/', [scene('talking'), open('call-transfer'), seen('transfer-choice'), open('transfer-ask')]],
  ['transfer-number', AGENT, '/', [scene('talking'), open('call-transfer'), seen('transfer-choice'), type('transfer-input', '93 000 45 17')]],
  ['passed-on', AGENT, '/', [scene('passed_on')]],
  ['came-back', AGENT, '/', [scene('came_back')]],
  ...['asking', 'asked', 'swapped', 'not_asked', 'conference', 'conference_asking', 'guest'].map(name => [`parties-${name.replace('_', '-')}`, AGENT, '/', [scene(name), seen('party-bar')]]),
  ['dial', AGENT, '/', [scene('ready'), open('call-make'), seen('transfer-choice'), type('transfer-input', '93 000 45 17')]],
  ...['calling', 'calling_colleague', 'not_reached'].map(name => [name.replace('_', '-'), AGENT, '/', [scene(name)]]),
  ['card', AGENT, '/', [scene('card'), seen('recording-indicator')]],
  ['shares', AGENT, '/history', [scene('ready'), page => page.locator('[data-testid="history-row"] a').nth(2).click(), seen('details-share')]],
  ['wrap-up', AGENT, '/', [scene('wrap_up'), open('wrapup-disposition-network_complaint'), page => testId(page, 'wrapup-note').fill('Медленный LTE с обеда, дома и на работе (Сино). Прогноз 16:00 принял, просит СМС.')]],
  ['wrap-up-missing', AGENT, '/', [scene('ready'), scene('wrap_up'), open('wrapup-finish')]],
  ['history', AGENT, '/history', [scene('ready'), page => page.locator('[data-testid="history-row"] a').nth(2).click(), page => testId(page, 'history-player').waitFor()]],
  ['history-supervisor', SUPERVISOR, '/', [page => testId(page, 'history-row').waitFor()]],
  ['history-failing', AGENT, '/history?number=%2B992930004517', [failing, reload]],
  ['profile', AGENT, '/profile', [seen('other-session')]],
  ['profile-password', AGENT, '/profile', [open('password-open'), type('current-password', 'wrong'), type('new-password', 'тихая гавань у моря'), open('password-submit'), seen('password-problem')]],
  ['routing', ADMIN, '/settings/routing', [seen('routing-rule'), open('routing-vip'), page => testId(page, 'routing-language').selectOption('tg'), seen('routing-applied')]],
  ['routing-edit', ADMIN, '/settings/routing', [seen('routing-rule'), page => page.locator('[data-name="Нет связи в районе"] [data-testid="routing-open"]').click(), seen('routing-name'), open('routing-try-number'), type('routing-number', '+992900000110'), seen('routing-applied')]],
  ['routing-faults', ADMIN, '/settings/routing', [seen('routing-rule'), open('routing-add'), seen('routing-name'), page => page.locator('[data-testid="routing-rule"].open .part .icon-btn').last().click(), seen('routing-fault'), page => testId(page, 'routing-fault').scrollIntoViewIfNeeded()]],
  ['routing-draft', ADMIN, '/settings/routing', [seen('routing-rule'), page => page.locator('[data-testid="routing-up"]').nth(3).click(), page => testId(page, 'routing-history').scrollIntoViewIfNeeded(), seen('routing-try-live')]],
  ['routing-replay', ADMIN, '/settings/routing', [seen('routing-rule'), page => page.locator('[data-testid="routing-up"]').nth(3).click(), open('replay-play'), seen('replay'), page => testId(page, 'replay-queues').scrollIntoViewIfNeeded()]],
  ['routing-replay-blocked', ADMIN, '/settings/routing', [seen('routing-rule'), open('routing-add'), seen('routing-name'), page => page.locator('[data-testid="routing-rule"].open .part .icon-btn').last().click(), seen('routing-fault'), page => testId(page, 'replay-play').scrollIntoViewIfNeeded()]],
  ['routing-failing', ADMIN, '/settings/routing', [failing, reload, seen('routing-retry')]],
  ['routing-empty', ADMIN, '/settings/routing', [page => page.request.post('/mock/no-rules', { data: { empty: true } }), reload, seen('routing-empty'), page => page.request.post('/mock/no-rules', { data: { empty: false } })]],
  ['calling', ADMIN, '/settings/calling', [seen('calling-number')]],
  ['calling-wrong', ADMIN, '/settings/calling', [type('calling-pause', '5'), open('calling-save')]],
  ['calling-conflict', ADMIN, '/settings/calling', [type('calling-pause', '90'), page => page.request.post('/mock/calling', { data: {} }), open('calling-save'), seen('calling-conflict')]],
  ['calling-lost', ADMIN, '/settings/calling', [page => page.request.post('/mock/calling', { data: { caller_number: '+992900000101' } }), reload, seen('calling-lost'), page => page.request.post('/mock/calling', { data: {} })]],
  ['calling-failing', ADMIN, '/settings/calling', [failing, reload, seen('calling-retry')]],
  ['queues', ADMIN, '/settings/queues', [seen('queue-row')]],
  ['queues-one', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach')]],
  ['queues-hours', ADMIN, `/settings/queues/${idOf('queue internet')}`, [seen('queue-reach'), open('queue-add-rule'), page => testId(page, 'queue-windows').scrollIntoViewIfNeeded()]],
  ['queues-overflow', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach'), page => testId(page, 'queue-add-rule').scrollIntoViewIfNeeded()]],
  ['queues-hears', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach'), page => testId(page, 'queue-music').scrollIntoViewIfNeeded()]],
  ['queues-leaving', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach'), type('queue-name', 'Поддержка'), open('settings-skills'), seen('confirm')]],
  ['queues-replay', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach'), open('replay-play'), seen('replay'), page => testId(page, 'replay').scrollIntoViewIfNeeded()]],
  ['queues-history', ADMIN, `/settings/queues/${idOf('queue support')}`, [seen('queue-reach'), page => testId(page, 'queue-history').scrollIntoViewIfNeeded()]],
  ['queues-new', ADMIN, '/settings/queues/new', [type('queue-name', 'Роуминг и eSIM'), seen('queue-reach')]],
  ['queues-failing', ADMIN, '/settings/queues', [failing, reload, seen('queues-retry')]],
  ['skills', ADMIN, '/settings/skills', [seen('skills-row')]],
  ['skills-edit', ADMIN, '/settings/skills', [open('cell-1-1'), keys('Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowRight', '4'), open('cell-6-3'), keys('5')]],
  ['skills-team', SUPERVISOR, '/settings/skills', [seen('skills-row'), open('cell-0-0'), keys('3')]],
  ['skills-conflict', ADMIN, '/settings/skills', [open('cell-0-0'), keys('5', 'ArrowDown', '5'), page => page.request.post('/mock/skills', { data: { touch: true } }), open('skills-save'), seen('skills-conflict')]],
  ['skills-list', ADMIN, '/settings/skills', [open('skills-list'), seen('skill'), open('skill-edit')]],
  ['skills-sheet', ADMIN, '/settings/skills', [open('skills-import'), page => testId(page, 'sheet-file').setInputFiles({ name: 'skills.csv', mimeType: 'text/csv', buffer: Buffer.from(`email;russian;juggling\n${PERSON.email};5;1\nghost@somon.example;3;\n${PERSON.email};9;\n`) }), seen('sheet-report')]],
  ['skills-none', ADMIN, '/settings/skills', [page => page.request.post('/mock/skills', { data: { empty: true } }), reload, seen('skills-none'), page => page.request.post('/mock/skills', { data: {} })]],
  ['skills-failing', ADMIN, '/settings/skills', [failing, reload, seen('skills-retry')]],
  ['returns', AGENT, '/returns', [seen('return-row')]],
  ['returns-refused', AGENT, '/returns', [seen('return-row'), page => page.request.post('/mock/returns', { data: { taken: true } }), open('return-call'), seen('returns-problem'), page => page.request.post('/mock/returns', { data: {} })]],
  ['returns-empty', AGENT, '/returns', [page => page.request.post('/mock/returns', { data: { empty: true } }), reload, seen('returns-empty'), page => page.request.post('/mock/returns', { data: {} })]],
  ['returns-failing', AGENT, '/returns', [failing, reload, seen('returns-retry')]],
  ['shift', SUPERVISOR, '/shift', [shift('busy'), reload, seen('shift-row')]],
  ['shift-team', SUPERVISOR, '/shift', [shift('busy'), reload, seen('shift-row'), open('shift-state-break')]],
  ['shift-problem', SUPERVISOR, '/shift', [shift('busy'), reload, seen('shift-wish'), type('shift-note', 'поздно'), page => page.keyboard.press('Alt+n'), seen('shift-problem')]],
  ['shift-empty', SUPERVISOR, '/shift', [shift('empty'), reload, seen('shift-empty'), shift('busy')]],
  ['shift-lost', SUPERVISOR, '/shift', [shift('lost'), reload, seen('shift-retry')]],
  ['shift-away', SUPERVISOR, '/shift', [shift('away'), reload, seen('shift-switchboard')]],
  ['breaks', ADMIN, '/settings/breaks', [seen('break-reason'), page => page.locator('[data-testid="break-reason"][data-code="coffee"]').click()]],
  ['breaks-new', ADMIN, '/settings/breaks', [open('break-new'), type('break-name-en', 'Prayer time'), type('break-minutes', '0'), open('break-save')]],
  ['breaks-conflict', ADMIN, '/settings/breaks', [page => page.locator('[data-testid="break-reason"][data-code="personal"]').click(), type('break-minutes', '12'), page => page.request.post('/mock/touch', { data: { id: 'personal' } }), open('break-save'), seen('break-conflict')]],
  ['breaks-empty', ADMIN, '/settings/breaks', [page => page.request.post('/mock/no-breaks', { data: { empty: true } }), reload, seen('breaks-empty'), page => page.request.post('/mock/no-breaks', { data: { empty: false } })]],
  ['breaks-failing', ADMIN, '/settings/breaks', [failing, reload, seen('breaks-retry')]],
  ['people', ADMIN, '/settings/people', [seen('people-row')]],
  ['people-one', ADMIN, `/settings/people/${PERSON.id}`, [seen('person-right')]],
  ['people-rights', ADMIN, `/settings/people/${PERSON.id}`, [seen('person-right'), page => testId(page, 'person-rights').scrollIntoViewIfNeeded(), page => page.locator('ovoz-person-rights summary').click()]],
  ['people-conflict', ADMIN, `/settings/people/${STAFF[20].id}`, [seen('person-right'), type('person-region', 'Суғд'), page => page.request.post('/mock/touch', { data: { id: STAFF[20].id } }), open('person-save'), seen('person-conflict')]],
  ['people-invited', ADMIN, '/settings/people?state=invited', [page => page.locator('[data-testid="people-row"] a').first().click(), seen('person-invite-again')]],
  ['people-read-only', SUPERVISOR, `/settings/people/${PERSON.id}`, [seen('person-right')]],
  ['people-disable', ADMIN, `/settings/people/${PERSON.id}`, [seen('person-right'), open('person-disable'), seen('confirm')]],
  ['people-invite', ADMIN, '/settings/people', [open('people-invite'), type('invite-name', 'Ҷамила Одинаева'), open('invite-submit')]],
  ['people-link', ADMIN, `/settings/people/${STAFF[6].id}`, [seen('person-right'), open('person-new-password'), seen('invitation-link')]],
  ['people-empty', ADMIN, '/settings/people?search=никто', [seen('people-empty')]],
  ['people-failing', ADMIN, '/settings/people', [failing, reload, seen('people-retry')]],
  ['roles', ADMIN, '/settings/roles', [seen('role')]],
  ['roles-shipped', ADMIN, '/settings/roles/supervisor', [seen('role-right'), seen('role')]],
  ['roles-edit', ADMIN, '/settings/roles/shift_lead', [seen('role-right'), seen('role'), open('right-recordings.download'), inRight('recordings.download', 'grant-add'), open('grant-add-hours'), open('right-interactions.find'), seen('effect-person')]],
  ['roles-copy', ADMIN, '/settings/roles/new?from=corporate_manager', [seen('role-right'), seen('role')]],
  ['roles-remove', ADMIN, '/settings/roles/shift_lead', [seen('role-right'), open('role-remove'), seen('confirm')]],
  ['audit', ADMIN, '/settings/audit', [seen('audit-row')]],
  ['audit-change', ADMIN, '/settings/audit', [row('audit-row', 'act', 'people.changed'), seen('audit-difference')]],
  ['audit-role', ADMIN, '/settings/audit?act=roles.&period=all', [row('audit-row', 'act', 'roles.changed'), seen('audit-difference'), page => page.locator('[data-testid="audit-entry"] summary').click().catch(() => undefined)]],
  ['audit-reveal', ADMIN, '/settings/audit?act=personal.&period=month', [row('audit-row', 'act', 'personal.revealed'), seen('audit-reason')]],
  ['audit-person', ADMIN, '/settings/audit', [type('audit-person', 'са'), seen('audit-person-option')]],
  ['audit-days', ADMIN, '/settings/audit?period=days&since=2020-01-01&until=2020-01-02', [seen('audit-empty')]],
  ['audit-failing', ADMIN, '/settings/audit', [failing, reload, seen('audit-retry')]],
  ['invitation', null, '/invitation/welcome', [type('new-password', 'тихая гавань')]],
  ['invitation-weak', null, '/invitation/welcome', [type('new-password', 'Сомон2026'), open('invitation-accept')]],
  ['invitation-used', null, '/invitation/used', [seen('invitation-invalid')]],
  ['masked-call', TRAINEE, '/', [scene('talking'), seen('reveal')]],
  ['reveal', TRAINEE, '/history', [page => page.locator('[data-testid="history-row"] a').nth(2).click(), open('reveal'), open('reveal-reason-complaint')]],
  ['revealed', TRAINEE, '/history', [page => page.locator('[data-testid="history-row"] a').nth(3).click(), open('reveal'), open('reveal-reason-identify'), open('reveal-submit'), seen('reveal-until')]],
  ['modules', ADMIN, '/settings/people', [open('modules')]],
  ['user-menu', AGENT, '/', [scene('ready'), open('user-menu')]],
  ['palette', AGENT, '/', [page => page.keyboard.press('Control+k')]],
  ['shortcuts', AGENT, '/', [open('shortcuts-open')]],
  ['devices', AGENT, '/', [page => page.keyboard.press('Alt+d')]],
  ['not-found', AGENT, '/nowhere', []],
  ['no-rights', NOBODY, '/', []],
  ['unavailable', null, '/', [page => page.route('**/api/session', route => route.abort()), page => page.reload()]],
];

const LOOKS = [
  { name: '1280-light', theme: 'light', locale: 'ru', viewport: { width: 1280, height: 720 } },
  { name: '1280-dark', theme: 'dark', locale: 'ru', viewport: { width: 1280, height: 720 } },
  { name: '1920-light', theme: 'light', locale: 'ru', viewport: { width: 1920, height: 1080 } },
  { name: '1280-tg', theme: 'light', locale: 'tg', viewport: { width: 1280, height: 720 } },
  { name: '1280-en', theme: 'light', locale: 'en', viewport: { width: 1280, height: 720 } },
  // As wide as a telephone: only where it is asked for by name, because the desk is made for a screen on a desk.
  { name: '390-light', theme: 'light', locale: 'ru', viewport: { width: 390, height: 844 }, asked: true },
];

async function picture(browser, look, [name, user, address, steps]) {
  const context = await browser.newContext({ baseURL: ORIGIN, viewport: look.viewport, permissions: ['microphone', 'notifications'], reducedMotion: 'reduce' });
  const { theme, locale } = look;
  await context.request.post('/mock/failing', { data: { failing: false } });
  if (user) {
    await context.request.post('/api/sessions', { data: { email: user.email, password: PASSWORD } });
    await context.request.patch('/api/session/preferences', { data: { theme, locale } });
  }
  const page = await context.newPage();
  const said = [];
  page.on('console', message => ['error', 'warning'].includes(message.type()) && !/40[1349]|412|422|429|503|ERR_FAILED/.test(message.text()) && said.push(message.text()));
  page.on('pageerror', error => said.push(String(error)));
  await page.addInitScript(([chosenTheme, chosenLocale]) => {
    localStorage.setItem('ovoz.theme', chosenTheme);
    localStorage.setItem('ovoz.locale', chosenLocale);
  }, [theme, locale]);
  await page.goto(address);
  if (user?.is_agent) await page.locator('[data-testid="phone-registration"]', { hasText: 'Registered!' }).waitFor();
  for (const step of steps) await step(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${FOLDER}${name}-${look.name}.png` });
  const found = await page.evaluate(`${AXE}; axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`);
  for (const { id, nodes } of found.violations) said.push(`axe ${id}: ${nodes.map(node => node.target.join(' ')).join(' | ')}`);
  await context.close();
  for (const text of new Set(said)) console.log(`${name}-${look.name}: ${text}`);
  return said.length;
}

const wanted = process.argv.slice(2);
const names = wanted.filter(word => SCREENS.some(([name]) => name === word));
const looks = wanted.filter(word => LOOKS.some(look => look.name === word));
await mkdir(FOLDER, { recursive: true });
const server = spawn(process.execPath, [new URL('server.js', import.meta.url).pathname], { env: { ...process.env, PORT }, stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
let complaints = 0;
try {
  await once(server.stdout, 'data');
  for (const look of LOOKS.filter(({ name, asked }) => (looks.length === 0 && !asked) || looks.includes(name))) {
    for (const screen of SCREENS.filter(([name]) => names.length === 0 || names.includes(name))) complaints += await picture(browser, look, screen);
  }
} finally {
  await browser.close();
  server.kill();
}
console.log(`Pictures are in ${FOLDER}; complaints: ${complaints}`);
process.exitCode = complaints > 0 ? 1 : 0;
