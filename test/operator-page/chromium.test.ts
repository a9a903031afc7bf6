import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { call, change, LNY, operated } from '../admin/operator.js';
import { crowd } from '../gateway/pace.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { openChromium } from '../waiting-page/stand.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Where the documentation's pictures go; without it none are taken. */
const PICTURES = process.env.SPILLWAY_TEST_PICTURES;
/** Within which a change of state shows, in milliseconds. */
const SHOWS_MS = 1000;

const bench = new GatewayBench();
let browser: Browser;
let gateway: RunningGateway;
const open: Array<() => Promise<void>> = [];
let faults: string[] = [];

beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  const pace = { ratePerSecond: 40, burst: 5 };
  const { url } = await bench.recording();
  const campaign = { admission: pace, queue: { poll: { nearMs: 100 } } };
  gateway = await bench.open(url, operated({ campaign }));
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  await bench.stopAll();
  expect(faults).toEqual([]);
});

async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 1100 }, locale: 'en-GB', ...options });
  open.push(() => context.close());
  const page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.adminUrl) && !request.url().startsWith('data:')) faults.push(request.url());
  });
  await page.goto(gateway.adminUrl);
  return page;
}

async function signIn(page: Page, token = 'turn-the-wheel'): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('[data-campaign=lny] .state').waitFor();
}

const truth = (page: Page, text: RegExp) => page.locator('#truth', { hasText: text }).waitFor();
const stateIs = (page: Page, state: string) =>
  page.locator('[data-campaign=lny] .state', { hasText: new RegExp(`^${state}$`) }).waitFor();

describe('The operator page in Chromium', () => {
  it('says how things are during a burst, and shows a change of state within a second', async () => {
    const page = await visit();
    await signIn(page);
    await truth(page, /lny is open and nobody waits/);
    const coming = crowd({ people: 400, portOf: () => gateway.port, patienceMs: 25_000 });
    await truth(page, /lny is open: [\d,]+ (people wait|person waits)/);
    const measured: number[] = [];
    for (const [body, state] of [
      [{ state: 'paused' }, 'paused'],
      [{ state: null }, 'open'],
      [{ state: 'sold-out' }, 'sold-out'],
      [{ state: null }, 'open'],
    ] as const) {
      await change(gateway, body).expect(200);
      const answeredMs = performance.now();
      await stateIs(page, state);
      measured.push(performance.now() - answeredMs);
    }
    expect(measured.sort((a, b) => a - b)[1]).toBeLessThan(SHOWS_MS);
    await change(gateway, { ratePerSecond: 5000, burst: 500 }).expect(200);
    await page.locator('[data-campaign=lny]', { hasText: '5,000 (override)' }).waitFor();
    await coming;
    expect(await page.locator('[data-campaign=lny] figure canvas').count()).toBe(3);
    await page.locator('#audit', { hasText: 'change lny' }).waitFor();
  }, 60_000);

  it('changes nothing before its effect was read, a reason given and that confirmed; all by keyboard', async () => {
    const page = await visit();
    await signIn(page);
    await page.getByLabel('Rate, claims a second').focus();
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    await page.locator('#effect', { hasText: 'At 12/s' }).waitFor();
    expect((await call(gateway, 'get', LNY)).body.revision).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('reason');
    await page.keyboard.type('the service asked for it');
    await page.keyboard.press('Enter');
    await page.locator('[data-campaign=lny]', { hasText: '12 (override)' }).waitFor();
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 1, settings: { ratePerSecond: 12 } });
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.locator('#effect', { hasText: 'No claim is handed over' }).waitFor();
    await page.keyboard.press('Escape');
    expect((await call(gateway, 'get', LNY)).body.state).toBe('open');
  });

  it('is not overtaken: a change that was previewed before another is refused', async () => {
    const page = await visit();
    await signIn(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#effect li').first().waitFor();
    await change(gateway, { burst: 3 }).expect(200);
    await page.getByLabel('Reason').fill('late');
    await page.getByRole('button', { name: 'Do it' }).click();
    await page.locator('dialog [role=alert]', { hasText: 'have changed since' }).waitFor();
    expect((await call(gateway, 'get', LNY)).body.state).toBe('open');
  });

  it('is read-only to a viewer, and closed to everybody else', async () => {
    const page = await visit();
    await page.getByLabel('Token').fill('a-guess');
    await page.keyboard.press('Enter');
    await page.locator('#refused', { hasText: 'not known' }).waitFor();
    expect(await page.locator('#board').isVisible()).toBe(false);
    await signIn(page, 'look-only');
    expect(await page.locator('.controls').count()).toBe(0);
    await page.getByText('Read only').waitFor();
  });

  it('looks a place up, and prints a report', async () => {
    await change(gateway, { state: 'paused' }).expect(200);
    const joined = await fetch(`${gateway.url}/queue/lny/tickets`, { method: 'POST', headers: { 'x-user-id': 'ann' } });
    const { ticket } = (await joined.json()) as { ticket: string };
    const page = await visit();
    await signIn(page);
    await page.getByLabel('Value').fill(ticket);
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.locator('#found', { hasText: 'waiting' }).waitFor();
    await page.evaluate('window.print = () => { document.title = document.querySelector(".report").textContent; }');
    await page.getByRole('button', { name: 'Print report' }).click();
    await until(async () => (await page.title()).includes('What operators did'));
    expect(await page.title()).toMatch(/Spillway: lny.*paused.*change lny.*a test/s);
    expect(await page.locator('.report').count()).toBe(0);
  });

  it('says that its data is old when the gateway is gone', async () => {
    const page = await visit();
    await signIn(page);
    await gateway.gateway.stop();
    await truth(page, /has not answered for/);
    await page.locator('#age', { hasText: /data is \d+ s old/ }).waitFor();
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds fault with, in %s', async (colorScheme) => {
    const page = await visit({ colorScheme });
    await page.evaluate(readFileSync(AXE, 'utf8'));
    expect(await violations(page)).toEqual([]);
    await signIn(page);
    const coming = crowd({ people: 60, portOf: () => gateway.port, patienceMs: 20_000 });
    await truth(page, /wait/);
    await page.locator('figcaption', { hasText: /let through [1-9]/ }).waitFor();
    await page.getByRole('heading', { name: 'Audit trail' }).waitFor();
    await picture(page, `operator-page-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#effect li').first().waitFor();
    if (colorScheme === 'light') await picture(page, 'operator-page-preview-light');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await coming;
  });
});

async function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Array<{ id: string; nodes: Array<{ html: string }> }> }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

it('The operator page is one document under a strict policy', async () => {
  const response = await fetch(gateway.adminUrl);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none';script-src 'sha256-[^']+';style-src 'sha256-[^']+';connect-src 'self'/);
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const html = await response.text();
  expect(html).not.toMatch(/(src|href)="(?!data:)/);
  expect(html).not.toMatch(/\bimport .* from\b|^export /m);
});
