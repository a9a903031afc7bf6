import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayBench } from '../support/gateway.js';
import { openChromium } from './stand.js';

const bench = new GatewayBench();
let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await bench.stopAll();
});

it('The waiting page does the work that a device is asked for, and then lets its visitor join', async () => {
  const upstream = await bench.recording();
  const device = { proofOfWork: true, cost: 100 };
  const { url } = await bench.open(upstream.url, {
    campaign: { claimant: { from: 'device', device }, admission: { ratePerSecond: 0.01, burst: 1 } },
  });
  const page = await browser.newPage();
  const redeemed = page.waitForResponse((response) => {
    return response.request().method() === 'POST' && response.status() === 204;
  });
  await page.goto(`${url}/queue/lny`);
  await redeemed;
  await page.locator('#joins button').click();
  await page.locator('#position', { hasText: /^1$/ }).waitFor();
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly }) => [name, httpOnly])).toEqual(
    expect.arrayContaining([['spillway-device-lny', true]]),
  );
  await page.close();
}, 60_000);
