import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { factsOf, TICKET } from './facts.js';
import { type OpenPage, openChromium, openPage, Stand } from './stand.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Where the documentation's pictures go; without it none are taken. */
const PICTURES = process.env.SPILLWAY_TEST_PICTURES;

describe('the waiting page in Chromium', () => {
  let browser: Browser;
  let phone: OpenPage;
  let stand: Stand;
  const open: Array<() => Promise<void>> = [];
  let faults: string[] = [];

  beforeAll(async () => {
    browser = await openChromium();
    phone = await openPage(browser);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    stand = new Stand();
    await stand.open();
  });
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
    await phone.page.goto('about:blank');
    await stand.close();
    expect(faults.splice(0)).toEqual([]);
  });

  /** @param options - of a browser of its own; without, the visitor uses the phone that all share */
  async function visit(options?: BrowserContextOptions): Promise<Page> {
    const opened = options === undefined ? phone : await openPage(browser, options);
    if (opened !== phone) open.push(opened.close);
    faults = opened.faults;
    await opened.page.goto(stand.url);
    return opened.page;
  }

  const answered = (page: Page) => page.waitForResponse((response) => response.url().includes('/tickets/me'));

  /** Moves the page's clock to its next poll, and waits until that is answered. */
  async function poll(page: Page, ms: number): Promise<void> {
    await Promise.all([answered(page), page.clock.runFor(ms)]);
    await page.evaluate(() => Promise.resolve());
  }

  const text = (page: Page, selector: string) => page.locator(selector).textContent();

  it('shows the place, updates it by itself when told and not before, and says when it is the turn', async () => {
    const page = await visit();
    expect(await text(page, '#position')).toBe('1,234');
    expect(await text(page, '#eta')).toBe('2 to 5 minutes');
    stand.ticket = { ...TICKET, position: 80, etaSeconds: { min: 12, max: 18 }, pollAfterMs: 8000 };
    await page.clock.runFor(11_900);
    expect(stand.asked).toEqual([]);
    await poll(page, 200);
    await page.locator('#position', { hasText: /^80$/ }).waitFor();
    expect(await text(page, '#eta')).toBe('less than a minute');
    stand.ticket = { ...TICKET, state: 'called', position: 0, pollAfterMs: 250 };
    await poll(page, 8100);
    await page.locator('h1', { hasText: 'It is your turn' }).waitFor();
    expect(await page.title()).toBe('It is your turn · Lunar New Year 2026');
    expect(await page.locator('#alarm').textContent()).toContain('It is your turn');
    await page.getByRole('link', { name: 'Go on now' }).click();
    expect(await page.title()).toBe('The campaign');
  });

  it('says sold out, and asks no more', async () => {
    const page = await visit();
    stand.ticket = { ...TICKET, state: 'sold-out', position: null, etaSeconds: null };
    await poll(page, 12_100);
    await page.locator('h1', { hasText: 'Everything is gone' }).waitFor();
    expect(await page.locator('#leaves').isVisible()).toBe(false);
    expect(await page.locator('#figures').isVisible()).toBe(false);
    const { length } = stand.asked;
    await page.clock.runFor(120_000);
    expect(stand.asked).toHaveLength(length);
  });

  it('is not chatty: a place is announced when it has halved, at most every half minute', async () => {
    stand.facts = factsOf({ pollAfterMs: 10_000 });
    const page = await visit();
    const heard: Array<string | null> = [];
    for (const position of [1000, 500, 400, 390, 190]) {
      stand.ticket = { ...TICKET, position, pollAfterMs: 10_000 };
      await poll(page, 10_100);
      await page.locator('#position', { hasText: String(position === 1000 ? '1,000' : position) }).waitFor();
      heard.push(await page.locator('#said').textContent());
    }
    expect(heard.map((said) => said?.match(/[\d,]*\d/)?.[0])).toEqual([undefined, undefined, '400', '400', '400']);
  });

  it('says when the connection is lost, goes on trying, and takes it back', async () => {
    const page = await visit();
    stand.ticket = 'down';
    await poll(page, 12_100);
    await poll(page, 3000);
    await page.locator('#lost', { hasText: 'Your place is safe' }).waitFor();
    stand.ticket = { ...TICKET, position: 7 };
    await poll(page, 10_000);
    await page.locator('#position', { hasText: /^7$/ }).waitFor();
    expect(await page.locator('#lost').isVisible()).toBe(false);
  });

  it('goes on by itself when called where that is the claim', async () => {
    stand.facts = factsOf({}, { continuesByItself: true });
    const page = await visit();
    stand.ticket = { ...TICKET, state: 'called', position: 0 };
    await poll(page, 12_100);
    await page.locator('h1', { hasText: 'It is your turn' }).waitFor();
    await Promise.all([page.waitForURL('**/campaigns/lny-2026'), page.clock.runFor(2000)]);
    expect(await page.title()).toBe('The campaign');
  });

  it('can be left by keyboard alone, after a second thought', async () => {
    const page = await visit();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Leave the line');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Yes, leave the line');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'You have left the line' }).waitFor();
    expect(stand.asked).toEqual(['DELETE /queue/lny-2026/tickets/me']);
    await page.getByRole('button', { name: 'Join the line' }).press('Enter');
    await page.locator('h1', { hasText: 'You are in line' }).waitFor();
  });

  it('waits and is called without JavaScript', async () => {
    stand.facts = factsOf({ pollAfterMs: 250 });
    const page = await visit({ javaScriptEnabled: false });
    expect(await text(page, 'h1')).toBe('You are in line');
    expect(await page.locator('#refreshes').isVisible()).toBe(true);
    stand.facts = factsOf({ state: 'called', position: 0 });
    await page.locator('h1', { hasText: 'It is your turn' }).waitFor({ timeout: 15_000 });
    expect(await page.getByRole('link', { name: 'Go on now' }).isVisible()).toBe(true);
  });

  it.each([
    ['de-AT', 'Sie stehen an'],
    ['es', 'Está en la fila'],
    ['zh-CN', '您正在排队'],
    ['fr', 'You are in line'],
  ])('speaks to a browser in %s: %s', async (locale, headline) => {
    const page = await visit({ locale });
    expect(await text(page, 'h1')).toBe(headline);
  });

  it('is one request, and fits a narrow screen without a horizontal bar', async () => {
    const page = await visit({ viewport: { width: 320, height: 568 } });
    expect(await page.evaluate('performance.getEntriesByType("resource").length')).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });

  describe('axe finds nothing, in light and in dark', () => {
    beforeAll(async () => {
      await phone.close();
      phone = await openPage(browser, {}, 'runs');
    });

    it.each([
      ['waiting', factsOf({})],
      ['called', factsOf({ state: 'called', position: 0, etaSeconds: null })],
      ['sold-out', factsOf({ state: 'sold-out', position: null, etaSeconds: null })],
      ['not-in-line', factsOf(null)],
    ])('%s', async (name, facts) => {
      stand.facts = facts;
      const page = await visit();
      // The page's own policy keeps foreign scripts out; a debugger may put one in.
      await page.evaluate(readFileSync(AXE, 'utf8'));
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `waiting-page-${name}-${colorScheme}`);
        for (const closed of await page.locator('details:not([open]) > summary:visible').all()) await closed.click();
        const found = await page.evaluate<Array<{ id: string }>>(
          'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations)',
        );
        expect([colorScheme, ...found.map(({ id }) => id)]).toEqual([colorScheme]);
        for (const opened of await page.locator('details[open] > summary:visible').all()) await opened.click();
      }
    });
  });
});

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}
