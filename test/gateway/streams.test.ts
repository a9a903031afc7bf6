import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';
import { EventReader } from './event-stream.js';
import { expectProblem, REDUCED_CAPACITY } from './problems.js';

const bench = new GatewayBench();
const readers: EventReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await bench.stopAll();
});

const SHUT = { ratePerSecond: 0.01, burst: 1 };
const TICKETS = '/queue/lny/tickets';
const STREAM = { accept: 'text/event-stream' };

async function open(campaign: Record<string, unknown> = {}, server = {}): Promise<RunningGateway> {
  const upstream = await bench.recording();
  return bench.open(upstream.url, { campaign: { admission: SHUT, ...campaign }, server });
}

async function join({ url }: RunningGateway, user: string): Promise<string> {
  const { body } = await request(url).post(TICKETS).set('x-user-id', user);
  return body.ticket as string;
}

async function listen(gateway: RunningGateway, ticket: string, headers = {}): Promise<EventReader> {
  const reader = await EventReader.open(gateway.port, `${TICKETS}/${ticket}`, headers);
  readers.push(reader);
  return reader;
}

describe('a stream of a ticket', () => {
  it('begins with a hint when to come back and the ticket document, and keeps nothing in caches', async () => {
    const gateway = await open();
    await join(gateway, 'zoe');
    const ticket = await join(gateway, 'ann');
    const reader = await listen(gateway, ticket);
    await reader.until(({ events }) => events.length === 1);
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(reader.last).toMatchObject({ event: 'waiting', data: { campaign: 'lny', ticket, number: 2, position: 2 } });
    expect(reader.retries).toHaveLength(1);
    expect(reader.retries[0]).toBeGreaterThanOrEqual(1000);
    expect(reader.retries[0]).toBeLessThanOrEqual(5000);
  });

  it('tells each step of the line at most once a second, and the call', async () => {
    const gateway = await open({ admission: { ratePerSecond: 2, burst: 1 }, queue: { holdMs: 0, graceMs: 60_000 } });
    await claim(gateway.port, 'first');
    for (const user of ['a', 'b', 'c', 'd', 'e', 'f']) await join(gateway, user);
    const reader = await listen(gateway, await join(gateway, 'ann'));
    // People who are called and do not come: the line moves by its estimate of them.
    await reader.until(({ last }) => last?.event === 'called');
    const positions = reader.events.map(({ data }) => data.position as number);
    expect(positions).toEqual([...positions].sort((a, b) => b - a));
    expect(new Set(positions).size).toBe(positions.length);
    expect(positions.length).toBeGreaterThan(2);
    const waits = reader.events.slice(1, -1).map(({ atMs }, i) => atMs - reader.events[i]!.atMs);
    for (const wait of waits) expect(wait).toBeGreaterThan(850);
    const renewed = reader.last!.data.ticket as string;
    expect(gateway.gateway.campaigns.get('lny')!.context.tickets.verify(renewed)!.toldMs).toBeGreaterThan(0);
  });

  it('tells a place given up, and the end of the campaign, and ends', async () => {
    const closesAt = new Date(Date.now() + 2500).toISOString();
    const gateway = await open({ schedule: { closesAt } });
    const [anns, bens] = [await join(gateway, 'ann'), await join(gateway, 'ben')];
    const [ann, ben] = [await listen(gateway, anns), await listen(gateway, bens)];
    await request(gateway.url).delete(`${TICKETS}/me`).set('x-user-id', 'ann').expect(204);
    await ann.untilEnd();
    expect(ann.last).toMatchObject({ event: 'left', data: { state: 'left', position: null } });
    await ben.untilEnd();
    expect(ben.last).toMatchObject({ event: 'ended', data: { state: 'ended', ticket: bens } });
    expect(Date.now()).toBeLessThan(Date.parse(closesAt) + 1500);
  });

  it('says nothing twice to a reader who is back, and 204 where there is nothing to come back for', async () => {
    const gateway = await open();
    const ticket = await join(gateway, 'ann');
    const first = await listen(gateway, ticket);
    const { id } = (await first.until(({ events }) => events.length === 1)).last!;
    const back = await listen(gateway, ticket, { 'last-event-id': id });
    await back.until(({ retries }) => retries.length === 1);
    const stale = await listen(gateway, ticket, { 'last-event-id': 'waiting-7' });
    await stale.until(({ events }) => events.length === 1);
    expect(back.events).toEqual([]);
    await request(gateway.url).delete(`${TICKETS}/me`).set('x-user-id', 'ann').expect(204);
    await back.untilEnd();
    const path = `${TICKETS}/${ticket}`;
    const over = await send(gateway.port, { path, headers: { ...STREAM, 'last-event-id': back.last!.id } });
    expect([over.status, over.body.length]).toEqual([204, 0]);
  });

  it('makes no store call, neither when it begins nor later', async () => {
    const gateway = await open();
    const ticket = await join(gateway, 'ann');
    const { link } = gateway.gateway.campaigns.get('lny')!.context;
    let asked = 0;
    link.ask = () => {
      asked++;
    };
    const reader = await listen(gateway, ticket);
    const away = await listen(gateway, 'me', { 'spillway-ticket': ticket });
    await Promise.all([reader, away].map((one) => one.until(({ events }) => events.length === 1)));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(asked).toBe(0);
  });

  it('is refused as a poll is: forged, outdated, unknown', async () => {
    const gateway = await open();
    const forged = await send(gateway.port, { path: `${TICKETS}/forged`, headers: STREAM });
    expectProblem(forged, { status: 400, code: 'TICKET_INVALID', again: false });
    const nobody = await send(gateway.port, { path: `${TICKETS}/me`, headers: { ...STREAM, 'x-user-id': 'ann' } });
    expectProblem(nobody, { status: 404, code: 'TICKET_UNKNOWN', again: false });
  });
});

describe('the number of streams', () => {
  it('is bounded, and whoever comes beyond polls; a place that is free again is taken', async () => {
    const gateway = await open({ queue: { streams: { max: 2 } } });
    const tickets = [await join(gateway, 'ann'), await join(gateway, 'ben'), await join(gateway, 'eve')] as const;
    const first = await listen(gateway, tickets[0]);
    await listen(gateway, tickets[1]);
    const path = `${TICKETS}/${tickets[2]}`;
    const beyond = await send(gateway.port, { path, headers: STREAM });
    expectProblem(beyond, { status: 503, code: 'OVERLOADED', again: true, type: REDUCED_CAPACITY });
    await request(gateway.url).get(path).expect(200);
    first.close();
    let third = await listen(gateway, tickets[2]);
    await until(async () => {
      if (third.response.statusCode !== 200) third = await listen(gateway, tickets[2]);
      return third.response.statusCode === 200;
    });
    expect((await third.until(({ events }) => events.length === 1)).last!.data.number).toBe(3);
  });

  it('is bounded for one place, too', async () => {
    const gateway = await open();
    const ticket = await join(gateway, 'ann');
    for (let device = 0; device < 4; device++) await listen(gateway, ticket);
    const fifth = await listen(gateway, ticket);
    expect(fifth.response.statusCode).toBe(503);
  });

  it('counts in the polls by stream, and a reader who leaves is no aborted request', async () => {
    const gateway = await open();
    const reader = await listen(gateway, await join(gateway, 'ann'));
    await reader.until(({ events }) => events.length === 1);
    reader.close();
    let samples = await gateway.metrics();
    const finished = () =>
      sumOf(samples, 'spillway_requests_total', { route: 'ticket', outcome: 'proxied', code: '200' });
    await until(async () => {
      samples = await gateway.metrics();
      return finished() > 0;
    });
    expect(sumOf(samples, 'spillway_line_polls_total', { transport: 'stream' })).toBe(1);
    expect(sumOf(samples, 'spillway_requests_total', { outcome: 'client_abort' })).toBe(0);
  });
});

describe('a gateway that stops', () => {
  it('tells each reader another time to come back, and stops at once', async () => {
    const gateway = await open();
    const ticket = await join(gateway, 'ann');
    const opened = await Promise.all(
      [0, 1, 2, 3].map(async () => (await listen(gateway, ticket)).until(({ events }) => events.length === 1)),
    );
    const began = performance.now();
    expect(await gateway.gateway.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(3000);
    await Promise.all(opened.map((reader) => reader.untilEnd()));
    const told = opened.map(({ retries }) => retries.at(-1)!);
    for (const reader of opened) expect(reader.retries).toHaveLength(2);
    expect(new Set(told).size).toBeGreaterThan(1);
    for (const ms of told) expect(ms).toBeGreaterThanOrEqual(1000);
  });
});
