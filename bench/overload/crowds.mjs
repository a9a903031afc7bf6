/** People before a gateway, and the two figures that are told by what its service saw: a flood, and a silent service. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runBurst } from '../../dist/replay/burst.js';
import { burstOptions } from '../../dist/replay/burst-options.js';
import { arrivalsOf, statsOf } from './stand.mjs';

/** 20 at once, 50 ms each. */
const CAPACITY = 400;
const LEARNED = { mode: 'gradient', limit: 20, maxLimit: 300 };

const crowd = (url, service, people, overSeconds) =>
  runBurst(
    burstOptions({
      targets: [{ url, share: 1 }],
      people,
      overSeconds,
      seed: 1,
      patienceMs: 120_000,
      requestTimeoutMs: 15_000,
      serviceUrl: service,
    }),
    process.stderr,
  );

/** Set five times too fast, 8,000 people in 10 s. */
export async function flood(stand) {
  const service = await stand.service();
  const gateway = await stand.gateway([service], {
    upstream: { concurrency: LEARNED },
    campaign: { admission: { ratePerSecond: 2000, burst: 50 }, adaptive: { enabled: true } },
  });
  const { granted, requestsPerGrant } = await crowd(gateway.url, service, 8000, 10);
  const { crashes, maxInFlight, perSecond } = await statsOf(service);
  const whole = perSecond.slice(2, -1);
  const used = whole.reduce((sum, count) => sum + count, 0) / whole.length / CAPACITY;
  return [
    ['falls of the service', crashes, crashes === 0],
    ['most in flight at the service', maxInFlight, true],
    ['of its capacity used, from 2 s on', used.toFixed(3), used >= 0.85],
    ['people served, of 8,000', granted, granted === 8000],
    ['requests a grant', requestsPerGrant.toFixed(1), true],
  ];
}

/** 390 a second, and for ten seconds in the middle no answer at all. */
export async function freeze(stand) {
  const rate = 390;
  const service = await stand.service();
  const gateway = await stand.gateway([service], {
    upstream: { concurrency: LEARNED },
    campaign: { admission: { ratePerSecond: rate, burst: 20 }, adaptive: { enabled: true } },
  });
  const served = crowd(gateway.url, service, 12_000, 10);
  await sleep(8000);
  const body = JSON.stringify({ freezeMs: 10_000 });
  const before = await statsOf(service);
  await fetch(`${service}/_service/faults`, { method: 'POST', body });
  const { granted } = await served;
  const arrivals = await arrivalsOf(service);
  const frozenUs = arrivals[before.upTo - 1].atUs;
  const thawUs = frozenUs + 10_000_000;
  const between = (fromUs, toUs) => arrivals.filter(({ atUs }) => atUs >= fromUs && atUs < toUs).length;
  const after = between(thawUs, thawUs + 10_000_000);
  const seconds = Array.from({ length: 8 }, (_, at) => between(thawUs + at * 1e6, thawUs + (at + 1) * 1e6));
  const full = seconds.findIndex((count) => count >= 0.95 * rate);
  const silent = between(frozenUs + 1_000_000, thawUs);
  return [
    ['requests while it was silent, after the first second', silent, silent <= 60],
    ['requests in the 10 s after, over 10 s of the rate', (after / (10 * rate)).toFixed(3), after <= 11 * rate],
    ['second of recovery from which the rate is full', full < 0 ? 'none' : full, full >= 0 && full < 5],
    ['people served, of 12,000', granted, granted === 12_000],
  ];
}
