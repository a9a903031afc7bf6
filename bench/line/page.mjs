/** The waiting page in Chromium: what comes over the wire until it is painted, in how many requests, and how soon. */
import { chromium } from 'playwright-core';
import { median } from '../scenarios/throughput.mjs';
import { startService } from '../stand/backing.mjs';
import { subjects } from '../subjects/all.mjs';
import { atMost } from './row.mjs';

const VISITS = 7;
const LIMITS = { perUser: 1000, perAddress: 1_000_000 };
/** A door that lets in next to nobody, so that a visitor waits. */
const SHUT = { admission: { ratePerSecond: 0.01, burst: 1 } };

export async function measure() {
  const service = await startService();
  const gateway = await subjects['spillway-memory'].start({
    servicePort: service.port,
    limits: LIMITS,
    campaign: SHUT,
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const visits = [];
    for (let visit = 0; visit < VISITS; visit++) visits.push(await visited(browser, gateway.port, visit));
    const paints = visits.map(({ paintMs }) => paintMs);
    const paint = `first paint after ${Math.round(median(paints))} ms, ${Math.round(Math.max(...paints))} ms at most of ${VISITS}`;
    return [
      atMost(
        'Waiting page: over the wire, head and body',
        Math.max(...visits.map(({ bytes }) => bytes)) / 1000,
        'kB',
        20,
      ),
      atMost(
        `Waiting page: requests until it is painted (${paint})`,
        Math.max(...visits.map(({ requests }) => requests)),
        '',
        1,
      ),
    ];
  } finally {
    await browser.close();
    await gateway.stop();
    await service.stop();
  }
}

/** A phone that has never been here. */
async function visited(browser, port, visitor) {
  const headers = { 'x-user-id': `visitor-${visitor}` };
  const origin = `http://127.0.0.1:${port}`;
  await fetch(`${origin}/queue/lny/tickets`, { method: 'POST', headers });
  const context = await browser.newContext({ viewport: { width: 390, height: 760 }, extraHTTPHeaders: headers });
  try {
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    await wire.send('Network.enable');
    let [requests, bytes] = [0, 0];
    wire.on('Network.requestWillBeSent', ({ request }) => {
      // What stands in the document itself is not asked for.
      if (!request.url.startsWith('data:')) requests++;
    });
    wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${origin}/queue/lny`, { waitUntil: 'load' });
    if ((await page.locator('#position').count()) !== 1) throw new Error('This is not the waiting page');
    const paintMs = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({
            type: 'paint',
            buffered: true,
          });
        }),
    );
    return { requests, bytes, paintMs };
  } finally {
    await context.close();
  }
}
