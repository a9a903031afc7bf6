/** A campaign in shadow: what would have been refused is counted, and everything reaches the service. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const CLAIMS = '/campaigns/lny/claims';

async function open(campaign: Record<string, unknown>) {
  const service = await bench.recording();
  const gateway = await bench.open(service.url, { campaign: { shadow: true, ...campaign } });
  const claim = (user: string | null, headers: Record<string, string> = {}) => {
    const asker: Record<string, string> = user === null ? {} : { 'x-user-id': user };
    return send(gateway.port, { method: 'POST', path: CLAIMS, headers: { ...asker, ...headers }, body: '{}' });
  };
  /** Shadow decisions by reason, and how many claims were offered. */
  const counted = async () => {
    const metrics = await gateway.metrics();
    const shadow = (reason: string) => sumOf(metrics, 'spillway_decisions_total', { decision: 'shadow', reason });
    const admitted = sumOf(metrics, 'spillway_decisions_total', { decision: 'admit' });
    return { limited: shadow('limited'), wait: shadow('wait'), refuse: shadow('refuse'), admitted, metrics };
  };
  return { service, gateway, claim, counted };
}

describe('A campaign in shadow', () => {
  it('lets everybody in over a busy door, says who would have waited, and gives nobody a number', async () => {
    const { service, gateway, claim, counted } = await open({ admission: { ratePerSecond: 1, burst: 2 } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => claim(`u${at}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(service.requests).toHaveLength(20);
    const { wait, limited, refuse, admitted } = await counted();
    expect(admitted).toBe(20);
    expect(wait).toBeGreaterThanOrEqual(17);
    expect([limited, refuse]).toEqual([0, 0]);
    const { body } = await send(gateway.port, { path: '/queue/lny/status.json' });
    expect(JSON.parse(String(body))).toMatchObject({ state: 'open', waiting: 0, tail: 0 });
  });

  it('counts who would have been refused where there is no line', async () => {
    const { claim, counted } = await open({ admission: { ratePerSecond: 1, burst: 1 }, queue: { enabled: false } });
    for (let at = 0; at < 6; at++) expect((await claim(`u${at}`)).status).toBe(201);
    const { wait, refuse } = await counted();
    expect(wait).toBe(0);
    expect(refuse).toBeGreaterThanOrEqual(4);
  });

  it('counts claims and requests beside the line that are over a limit, asked of the store or known already', async () => {
    const limits = [{ name: 'per-user', key: 'claimant', capacity: 2, refillPerSecond: 0.001 }];
    const { service, gateway, claim, counted } = await open({ limits, pass: [{ methods: ['GET'], path: '/info' }] });
    for (let at = 0; at < 6; at++) expect((await claim('one')).status).toBe(201);
    for (let at = 0; at < 6; at++) {
      expect((await send(gateway.port, { path: '/info', headers: { 'x-user-id': 'two' } })).status).toBe(201);
    }
    expect(service.requests).toHaveLength(12);
    const { limited, metrics } = await counted();
    expect(limited).toBe(8);
    const checks = { limit: 'per-user', result: 'shadow_limited' };
    expect(sumOf(metrics, 'spillway_limiter_checks_total', checks)).toBe(8);
    expect(sumOf(metrics, 'spillway_limiter_checks_total', { limit: 'per-user', result: 'limited' })).toBe(0);
  });

  it.each([
    ['has not begun', { schedule: { opensAt: '2099-01-01T00:00:00Z' } }, 'refuse'],
    ['has ended', { schedule: { closesAt: '2020-01-01T00:00:00Z' } }, 'refuse'],
    [
      'is in its pre-queue',
      { schedule: { prequeueAt: '2020-01-01T00:00:00Z', opensAt: '2099-01-01T00:00:00Z' } },
      'wait',
    ],
  ] as const)('lets in when it %s', async (_, campaign, reason) => {
    const { service, claim, counted } = await open(campaign);
    expect((await claim('u')).status).toBe(201);
    expect(service.requests).toHaveLength(1);
    expect((await counted())[reason]).toBe(1);
  });

  it('lets in whom nobody knows, and whoever shows a forged ticket or comes from another site', async () => {
    const { service, claim, counted } = await open({ admission: { ratePerSecond: 100, burst: 50 } });
    expect((await claim(null)).status).toBe(201);
    expect((await claim('u', { 'spillway-ticket': 'forged', 'sec-fetch-site': 'cross-site' })).status).toBe(201);
    expect(service.requests).toHaveLength(2);
    expect((await counted()).refuse).toBe(1);
  });

  it('keeps no ledger: a claim made twice reaches the service twice, with the key its client gave', async () => {
    const { service, claim } = await open({ claims: { mode: 'per-claimant' } });
    for (const key of ['a', 'b']) await claim('one', { 'idempotency-key': key });
    expect(service.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['a', 'b']);
  });

  it('still refuses a body that is larger than a gateway takes', async () => {
    const service = await bench.recording();
    const gateway = await bench.open(service.url, { campaign: { shadow: true }, server: { maxBodyBytes: 1024 } });
    const body = 'x'.repeat(2000);
    const { status } = await send(gateway.port, { method: 'POST', path: CLAIMS, headers: { 'x-user-id': 'u' }, body });
    expect(status).toBe(413);
    expect(service.requests).toHaveLength(0);
  });
});
