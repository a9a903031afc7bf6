import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench } from '../support/gateway.js';
import { claim } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** A service that grants a new coupon to whatever comes, as one does that trusts its gateway. */
async function behind(campaign: Record<string, unknown>) {
  let coupons = 0;
  const upstream = await bench.recording((_request, response) => {
    const body = JSON.stringify({ coupon: ++coupons });
    response.writeHead(201, { 'Content-Type': 'application/json' }).end(body);
  });
  return { upstream, ...(await bench.open(upstream.url, { campaign })) };
}

describe('a claim that was granted', () => {
  it('per claimant: has one answer, whoever repeats it how often', async () => {
    const { upstream, port } = await behind({ claims: { mode: 'per-claimant' } });
    const first = await claim(port, 'ann');
    expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
    const repeats = await Promise.all([claim(port, 'ann'), claim(port, 'ann', { body: '{"other":1}' })]);
    for (const repeat of repeats) {
      expect([repeat.status, repeat.headers['idempotency-replayed']]).toEqual([201, 'true']);
      expect(repeat.headers['content-type']).toBe('application/json');
      expect(repeat.body.equals(first.body)).toBe(true);
    }
    expect((await claim(port, 'ben')).json()).toEqual({ coupon: 2 });
    const keys = upstream.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys.length).toBe(2);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/\S{16,}/);
  });

  it('per claimant: is one, of any number sent at once', async () => {
    const { upstream, port } = await behind({ claims: { mode: 'per-claimant' } });
    const taps = await Promise.all(Array.from({ length: 20 }, () => claim(port, 'ann')));
    const statuses = new Set(taps.map(({ status }) => status));
    for (const status of statuses) expect([201, 409, 429]).toContain(status);
    expect(upstream.requests.length).toBe(1);
    expect(new Set(taps.filter(({ status }) => status === 201).map(({ body }) => body.toString())).size).toBe(1);
  });

  it('is shown to nobody with other credentials', async () => {
    const { upstream, port } = await behind({ claims: { mode: 'per-claimant' } });
    expect((await claim(port, 'ann', { headers: { authorization: 'Bearer ann' } })).status).toBe(201);
    const thief = await claim(port, 'ann', { headers: { authorization: 'Bearer eve' } });
    expectProblem(thief, { status: 409, code: 'CLAIM_OF_ANOTHER', again: false });
    expect(upstream.requests.length).toBe(1);
  });

  it('by key: one answer a key and payload', async () => {
    const { upstream, port } = await behind({ claims: { mode: 'idempotency-key' } });
    const missing = { status: 400, code: 'IDEMPOTENCY_KEY_MISSING', again: false };
    expectProblem(await claim(port, 'ann'), missing);
    const keyed = (key: string, body = '{}') => claim(port, 'ann', { body, headers: { 'idempotency-key': key } });
    expect((await keyed('"k-1"')).json()).toEqual({ coupon: 1 });
    const repeat = await keyed('"k-1"');
    expect([repeat.json(), repeat.headers['idempotency-replayed']]).toEqual([{ coupon: 1 }, 'true']);
    const reused = { status: 422, code: 'IDEMPOTENCY_KEY_REUSED', again: false };
    expectProblem(await keyed('"k-1"', '{"other":1}'), reused);
    expect((await keyed('"k-2"')).json()).toEqual({ coupon: 2 });
    expect(upstream.requests.length).toBe(2);
  });
});

describe('a budget', () => {
  it('is never overrun, however many ask at once, and SOLD_OUT is final', async () => {
    const { upstream, port } = await behind({ claims: { mode: 'per-claimant' }, budget: { claims: 3 } });
    await Promise.all(Array.from({ length: 20 }, (_, at) => claim(port, `u${at}`)));
    expect(upstream.requests.length).toBeLessThanOrEqual(3);
    for (let at = 0; at < 20 && upstream.requests.length < 3; at++) await claim(port, `v${at}`);
    expect(upstream.requests.length).toBe(3);
    expectProblem(await claim(port, 'late'), { status: 410, code: 'SOLD_OUT', again: false });
    const winner = String(upstream.requests[0]?.headers['spillway-claimant']);
    const again = await claim(port, winner);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect(upstream.requests.length).toBe(3);
  });
});
