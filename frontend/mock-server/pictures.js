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

const PORT = '4301';
const ORIGIN = `http://localhost:${PORT}`;
const FOLDER = new URL('../dist/pictures/', import.meta.url).pathname;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [AGENT, SUPERVISOR, NOBODY] = PEOPLE;

const scene = name => page => page.request.post('/mock/scene', { data: { scene: name } });
const testId = (page, id) => page.locator(`[data-testid="${id}"]`).first();
const open = id => page => testId(page, id).click();
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
  ['state-menu', AGENT, '/', [scene('ready'), open('agent-state')]],
  ['break', AGENT, '/', [scene('break')]],
  ['offline', AGENT, '/', [scene('offline')]],
  ['not-answering', AGENT, '/', [scene('not_answering')]],
  ['announced', AGENT, '/', [scene('announced')]],
  ['ringing', AGENT, '/', [scene('ringing')]],
  ['talking', AGENT, '/', [scene('talking')]],
  ['held', AGENT, '/', [scene('held')]],
  ['keypad', AGENT, '/', [scene('talking'), open('call-keypad')]],
  ['wrap-up', AGENT, '/', [scene('wrap_up'), open('wrapup-disposition-network_complaint'), page => testId(page, 'wrapup-note').fill('Медленный LTE с обеда, дома и на работе (Сино). Прогноз 16:00 принял, просит СМС.')]],
  ['wrap-up-missing', AGENT, '/', [scene('ready'), scene('wrap_up'), open('wrapup-finish')]],
  ['history', AGENT, '/history', [scene('ready'), page => page.locator('[data-testid="history-row"] a').nth(2).click(), page => testId(page, 'history-player').waitFor()]],
  ['history-supervisor', SUPERVISOR, '/', [page => testId(page, 'history-row').waitFor()]],
  ['history-failing', AGENT, '/history?number=%2B992930004517', [page => page.request.post('/mock/failing', { data: { failing: true } }), page => page.reload()]],
  ['profile', AGENT, '/profile', [page => page.request.post('/mock/failing', { data: { failing: false } })]],
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
];

async function picture(browser, look, [name, user, address, steps]) {
  const context = await browser.newContext({ baseURL: ORIGIN, viewport: look.viewport, permissions: ['microphone', 'notifications'], reducedMotion: 'reduce' });
  const { theme, locale } = look;
  if (user) {
    await context.request.post('/api/sessions', { data: { email: user.email, password: PASSWORD } });
    await context.request.patch('/api/session/preferences', { data: { theme, locale } });
  }
  const page = await context.newPage();
  const said = [];
  page.on('console', message => ['error', 'warning'].includes(message.type()) && !/40[13]|429|503|ERR_FAILED/.test(message.text()) && said.push(message.text()));
  page.on('pageerror', error => said.push(String(error)));
  await page.addInitScript(([chosenTheme, chosenLocale]) => {
    localStorage.setItem('ovoz.theme', chosenTheme);
    localStorage.setItem('ovoz.locale', chosenLocale);
  }, [theme, locale]);
  await page.goto(address);
  if (user === AGENT) await page.locator('[data-testid="phone-registration"]', { hasText: 'Registered!' }).waitFor();
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
  for (const look of LOOKS.filter(({ name }) => looks.length === 0 || looks.includes(name))) {
    for (const screen of SCREENS.filter(([name]) => names.length === 0 || names.includes(name))) complaints += await picture(browser, look, screen);
  }
} finally {
  await browser.close();
  server.kill();
}
console.log(`Pictures are in ${FOLDER}; complaints: ${complaints}`);
process.exitCode = complaints > 0 ? 1 : 0;
