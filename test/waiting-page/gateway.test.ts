import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ClaimService } from '../../src/sample/claim-service.js';
import { change, operated } from '../admin/operator.js';
import { send } from '../gateway/client.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { openChromium } from './stand.js';

const CLAIMS = '/campaigns/lny/claims';
const LINE = '/queue/lny?return=/campaigns/lny';

/** Chromium, the gateway as `spillway serve` composes it, and the sample's claim service: nothing is played. */
describe('Chromium before a running gateway', () => {
  const bench = new GatewayBench();
  let browser: Browser;
  let context: BrowserContext;
  let gateway: RunningGateway;
  let service: ClaimService;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context.close();
    await bench.stopAll();
  });

  /** A campaign at whose door `ahead` people stand, and stay until the test opens it: however slow the browser is. */
  async function visit(ahead: number, campaign: object = {}, options: object = {}): Promise<Page> {
    service = await bench.sample({ serviceMs: 5 });
    await open(service.url, ahead, campaign);
    context = await browser.newContext({ locale: 'en-GB', ...options });
    await context.addCookies([{ name: 'uid', value: 'ann', url: gateway.url }]);
    return context.newPage();
  }

  async function open(upstreamUrl: string, ahead: number, campaign: object): Promise<void> {
    gateway = await bench.open(
      upstreamUrl,
      operated({
        campaign: {
          claimant: { from: 'cookie', name: 'uid' },
          admission: { ratePerSecond: 0.01, burst: 1 },
          queue: { holdMs: 0, graceMs: 20_000, poll: { nearMs: 250, maxMs: 2000 } },
          page: { title: 'Lunar New Year' },
          ...campaign,
        },
      }),
    );
    for (let person = 0; person < ahead; person++) {
      const headers = { cookie: `uid=ahead-${person}` };
      await send(gateway.port, { method: 'POST', path: '/queue/lny/tickets', headers });
    }
  }

  const openTheDoor = () => change(gateway, { ratePerSecond: 50 }).expect(200);
  const headline = (page: Page, text: string) => page.locator('h1', { hasText: text }).waitFor({ timeout: 20_000 });

  it('joins, waits, is called, and claims', async () => {
    const page = await visit(10);
    await page.goto(`${gateway.url}${LINE}`);
    await headline(page, 'The line is open');
    await page.getByRole('button', { name: 'Join the line' }).click();
    await headline(page, 'You are in line');
    expect(new URL(page.url()).search).toBe('?return=%2Fcampaigns%2Flny');
    expect(await page.locator('#position').textContent()).toMatch(/^\d+$/);
    const [ticket] = (await context.cookies()).filter(({ name }) => name === 'spillway-lny');
    expect(ticket).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    await page.reload();
    await headline(page, 'You are in line');
    await openTheDoor();
    await headline(page, 'It is your turn');
    expect(await page.locator('#alarm').textContent()).toContain('It is your turn');
    await page.getByRole('link', { name: 'Go on now' }).click();
    await page.waitForURL('**/campaigns/lny');
    const claimed = await page.evaluate<number>(`fetch('${CLAIMS}', { method: 'POST' }).then(({ status }) => status)`);
    expect(claimed).toBe(201);
    expect(service.stats().received).toBe(1);
    await page.goto(`${gateway.url}${LINE}`);
    await headline(page, 'Your claim is made');
  }, 60_000);

  it('waits on a claim by GET, and makes it by itself when called', async () => {
    const upstream = await bench.recording((_request, response) => {
      response.writeHead(201, { 'Content-Type': 'text/html' }).end('<title>The coupon</title>');
    });
    const page = await visit(0);
    await open(upstream.url, 6, { routes: [{ methods: ['GET'], path: CLAIMS }] });
    const answer = await page.goto(`${gateway.url}${CLAIMS}`);
    expect(answer?.status()).toBe(429);
    const landed = page.waitForEvent('load', { timeout: 20_000 });
    await headline(page, 'You are in line');
    await openTheDoor();
    await landed;
    expect(await page.title()).toBe('The coupon');
    expect(new URL(page.url()).pathname).toBe(CLAIMS);
    expect(upstream.requests).toHaveLength(1);
  });

  it('leaves the line by its own word, and another device hears of it', async () => {
    const page = await visit(3);
    await page.goto(`${gateway.url}${LINE}`);
    await page.getByRole('button', { name: 'Join the line' }).click();
    await headline(page, 'You are in line');
    const other = await context.newPage();
    await other.goto(`${gateway.url}${LINE}`);
    await headline(other, 'You are in line');
    await page.getByText('Leave the line').first().click();
    await page.getByRole('button', { name: 'Yes, leave the line' }).click();
    await headline(page, 'You have left the line');
    await headline(other, 'You have left the line');
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['uid']);
  });

  it('does all that without JavaScript', async () => {
    const page = await visit(8, {}, { javaScriptEnabled: false });
    await page.goto(`${gateway.url}${LINE}`);
    await page.getByRole('button', { name: 'Join the line' }).click();
    await headline(page, 'You are in line');
    await openTheDoor();
    await headline(page, 'It is your turn');
    await page.getByText('Leave the line').first().click();
    await page.getByRole('button', { name: 'Yes, leave the line' }).click();
    await headline(page, 'The line is open');
    expect(new URL(page.url()).search).toBe('?return=%2Fcampaigns%2Flny');
  }, 60_000);

  it('hears that the campaign has ended', async () => {
    const page = await visit(2);
    await page.goto(`${gateway.url}${LINE}`);
    await page.getByRole('button', { name: 'Join the line' }).click();
    await headline(page, 'You are in line');
    await change(gateway, { state: 'ended' }).expect(200);
    await headline(page, 'The campaign has ended');
    expect(await page.locator('#joins').isVisible()).toBe(false);
  });

  it('does the work that a device is asked for, and then lets its visitor join', async () => {
    const device = { proofOfWork: true, cost: 100 };
    const page = await visit(0, { claimant: { from: 'device', device } });
    const redeemed = page.waitForResponse((response) => {
      return response.request().method() === 'POST' && response.status() === 204;
    });
    await page.goto(`${gateway.url}${LINE}`);
    await redeemed;
    await page.getByRole('button', { name: 'Join the line' }).click();
    await page.locator('#position', { hasText: /^1$/ }).waitFor();
    const cookies = (await context.cookies()).map(({ name, httpOnly }) => [name, httpOnly]);
    expect(cookies).toEqual(expect.arrayContaining([['spillway-device-lny', true]]));
  });
});
