import { afterEach, expect, it } from '@jest/globals';
import { call, operated } from '../admin/operator.js';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

it('ticket keys are rotated under a line, and nobody loses a place', async () => {
  const upstream = await bench.recording();
  const old = '{ id: t1, secret: a secret that only the tests of Spillway know }';
  const settings = operated({
    campaign: { admission: { ratePerSecond: 20, burst: 1 }, queue: { poll: { nearMs: 50 } } },
  });
  const plain = gatewayYaml(upstream.url, settings);
  const withKeys = (keys: string) => plain.replace(/tickets:[\s\S]*?log:/, `tickets:\n  keys: [${keys}]\nlog:`);
  let file = withKeys(old);
  const gateway = await bench.openYaml(file, undefined, () => file);
  const { port } = gateway;
  const join = async (user: string) => {
    const headers = { 'x-user-id': user };
    return (await send(port, { method: 'POST', path: '/queue/lny/tickets', headers })).json();
  };
  const people = Array.from({ length: 20 }, (_, at) => `p${at}`);
  const tickets = new Map<string, string>();
  const numbers: unknown[] = [];
  for (const who of people.slice(0, 15)) {
    const { ticket, number } = await join(who);
    tickets.set(who, String(ticket));
    numbers.push(number);
  }
  file = withKeys(`{ id: t2, secret: another secret that only these tests know }, ${old}`);
  await call(gateway, 'post', '/admin/v1/reload').send({ reason: 'a key is old' }).expect(200);
  for (const who of people.slice(15)) {
    const { ticket, number } = await join(who);
    tickets.set(who, String(ticket));
    numbers.push(number);
  }
  expect(numbers).toEqual(people.map((_, at) => at + 1));
  // Those of before are shown where they were, by ticket and by claimant alike.
  for (const who of people.slice(0, 15)) {
    const { number } = (await send(port, { path: `/queue/lny/tickets/${tickets.get(who)}` })).json();
    expect([who, number]).toEqual([who, people.indexOf(who) + 1]);
  }
  await Promise.all(
    people.map((who) =>
      until(async () => {
        const answer = await claim(port, who, { headers: { 'spillway-ticket': tickets.get(who)! } });
        expect(['QUEUED', undefined]).toContain(answer.headers['spillway-code']);
        return answer.status === 201;
      }, 30_000),
    ),
  );
  expect(upstream.requests).toHaveLength(people.length);
});
