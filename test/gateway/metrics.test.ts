import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';
import { crowd } from './pace.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const NAME = 'spillway_requests_total';

describe('the metrics page', () => {
  it('agrees with what a crowd of clients counted', async () => {
    const upstream = await bench.recording();
    const { port, metrics } = await bench.open(upstream.url, {
      campaign: { admission: { ratePerSecond: 100, burst: 5 }, queue: { holdMs: 50, poll: { nearMs: 100 } } },
    });
    const { granted, answers, polls } = await crowd({ people: 100, portOf: () => port, patienceMs: 10_000 });
    expect(granted).toBe(100);
    const claims = { campaign: 'lny', route: 'claim' };
    await until(async () => sumOf(await metrics(), NAME, { route: 'claim', outcome: 'proxied' }) === 100);
    const samples = await metrics();
    expect(sumOf(samples, NAME, { ...claims, outcome: 'proxied', code: '201' })).toBe(answers.get('granted'));
    expect(sumOf(samples, NAME, { ...claims, outcome: 'queued', code: '429' })).toBe(answers.get('QUEUED') ?? 0);
    expect(sumOf(samples, NAME, claims)).toBe([...answers.values()].reduce((sum, count) => sum + count, 0));
    expect(sumOf(samples, NAME, { route: 'ticket' })).toBe(polls);
    expect(sumOf(samples, 'spillway_line_polls_total')).toBe(polls);
    expect(sumOf(samples, 'spillway_admissions_total')).toBe(upstream.requests.length);
    expect(sumOf(samples, 'spillway_upstream_requests_total', { code: '201' })).toBe(100);
    const numbers = sumOf(samples, 'spillway_line_tail');
    expect(numbers + sumOf(samples, 'spillway_admissions_total', { path: 'direct' })).toBe(100);
    expect(sumOf(samples, 'spillway_line_leaves_total', { reason: 'entered' })).toBe(numbers);
    // Whoever is let in while held has had a number and was never told of it: few, though some on a slow machine.
    expect(sumOf(samples, 'spillway_line_joins_total')).toBeGreaterThan(numbers * 0.9 - 3);
    expect(sumOf(samples, 'spillway_line_joins_total')).toBeLessThanOrEqual(numbers);
    expect(sumOf(samples, 'spillway_requests_in_flight')).toBe(0);
    expect(sumOf(samples, 'spillway_upstream_in_flight')).toBe(0);
    expect(sumOf(samples, 'spillway_held_requests')).toBe(0);
  });

  it('counts each refusal once, under its outcome and status, and never by whom', async () => {
    const limits = [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.001 }];
    const upstream = await bench.recording();
    const { port, adminUrl, metrics } = await bench.open(upstream.url, { campaign: { limits } });
    await claim(port, 'ann-the-secret');
    await claim(port, 'ann-the-secret');
    await claim(port, 'ann-the-secret');
    await claim(port, '');
    await claim(port, 'ann-the-secret', { headers: { 'spillway-ticket': 'forged-ticket' } });
    await send(port, { path: '/no/such/path' });
    await send(port, { path: '/queue/none/status.json' });
    await until(async () => sumOf(await metrics(), NAME) === 7);
    const samples = await metrics();
    expect(sumOf(samples, NAME, { outcome: 'proxied', code: '201' })).toBe(1);
    expect(sumOf(samples, NAME, { campaign: 'lny', outcome: 'limited', code: '429' })).toBe(2);
    expect(sumOf(samples, NAME, { campaign: 'lny', outcome: 'refused', code: '401' })).toBe(1);
    expect(sumOf(samples, NAME, { campaign: 'lny', outcome: 'refused', code: '400' })).toBe(1);
    expect(sumOf(samples, NAME, { campaign: '_other', code: '404' })).toBe(2);
    const decisions = 'spillway_decisions_total';
    expect(sumOf(samples, decisions, { decision: 'refuse', reason: 'limited' })).toBe(2);
    expect(sumOf(samples, decisions, { decision: 'refuse', reason: 'claimant_unknown' })).toBe(1);
    expect(sumOf(samples, decisions, { decision: 'refuse', reason: 'ticket_invalid' })).toBe(1);
    expect(sumOf(samples, 'spillway_limiter_checks_total', { limit: 'per-user', result: 'limited' })).toBe(1);
    expect(sumOf(samples, 'spillway_limiter_checks_total', { limit: 'per-user', result: 'cached' })).toBe(1);
    expect(sumOf(samples, 'spillway_ticket_checks_total', { result: 'bad_signature' })).toBe(1);
    const page = await (await fetch(`${adminUrl}/metrics`)).text();
    for (const private_ of ['ann-the-secret', 'forged-ticket', '/no/such/path']) expect(page).not.toContain(private_);
  });

  it('shows what is under way: requests, slots, people held and waiting', async () => {
    const answers: Array<() => void> = [];
    const upstream = await bench.recording((_request, response) => answers.push(() => response.end()));
    const { port, metrics } = await bench.open(upstream.url, {
      upstream: { concurrency: { limit: 1 } },
      campaign: { queue: { holdMs: 10_000 } },
    });
    const claims = [claim(port, 'ann')];
    await upstream.arrived(1);
    claims.push(claim(port, 'ben'));
    await until(async () => sumOf(await metrics(), 'spillway_held_requests') === 1);
    const samples = await metrics();
    expect(sumOf(samples, 'spillway_upstream_in_flight')).toBe(1);
    expect(sumOf(samples, 'spillway_requests_in_flight', { route: 'claim' })).toBe(2);
    expect(sumOf(samples, 'spillway_upstream_limit')).toBe(1);
    expect(sumOf(samples, 'spillway_connections')).toBeGreaterThanOrEqual(2);
    await until(() => {
      answers.shift()?.();
      return upstream.requests.length === 2 && answers.length === 0 && upstream.inFlight === 0;
    });
    await Promise.all(claims);
    await until(async () => sumOf(await metrics(), 'spillway_upstream_in_flight') === 0);
  });
});
