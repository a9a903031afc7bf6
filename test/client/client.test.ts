import { beforeEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, createClient, type Progress } from '../../src/client/client.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  clientClockOf,
  granted,
  MapStorage,
  problem,
  queued,
  ScriptedGateway,
  ticket,
  ticketBody,
} from './scripted-gateway.js';

const CLAIM = { path: '/claims', body: '{"amount":1}' };

describe('client', () => {
  let clock: FakeClock;
  let gateway: ScriptedGateway;
  let storage: MapStorage;
  let startMs: number;

  beforeEach(() => {
    clock = new FakeClock();
    gateway = new ScriptedGateway(clock);
    storage = new MapStorage();
    startMs = clock.monotonicUs() / 1000;
  });

  const client = (more: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: 'http://gateway.test',
      campaign: 'lny',
      headers: { 'x-user-id': 'ann' },
      storage,
      fetch: gateway.fetch,
      clock: clientClockOf(clock),
      random: () => 0.5,
      ...more,
    });
  const steps = () => gateway.asked.map(({ method, path, atMs }) => `${atMs - startMs} ${method} ${path}`);

  /** Runs time until the claim has ended. */
  async function ended<T>(claim: Promise<T>): Promise<T> {
    let over = false;
    const watched = claim.finally(() => {
      over = true;
    });
    watched.catch(() => undefined);
    for (let round = 0; round < 400 && !over; round++) {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      if (!over) await clock.advance(250);
    }
    return watched;
  }

  it('waits in line as told, claims when called, and returns the answer of the service', async () => {
    gateway.answer(
      queued(),
      ticket({ ticket: 't2', position: 2, pollAfterMs: 500 }),
      ticket({ ticket: 't3', state: 'called', position: 0 }),
      granted,
    );
    const progress: string[] = [];
    const onProgress = (event: Progress): void => {
      progress.push(event.kind === 'waiting' ? `waiting at ${event.place.position}` : event.kind);
    };
    const outcome = await ended(client().claim({ ...CLAIM, onProgress }));
    expect(outcome).toMatchObject({
      kind: 'granted',
      replayed: false,
      answer: { status: 201, body: '{"coupon":"C1"}' },
    });
    expect(steps()).toEqual([
      '0 POST /claims',
      '1000 GET /queue/lny/tickets/me',
      '1500 GET /queue/lny/tickets/me',
      '1500 POST /claims',
    ]);
    expect(gateway.asked.map(({ headers }) => headers['spillway-ticket'])).toEqual([undefined, 't1', 't2', 't3']);
    expect(progress).toEqual(['claiming', 'waiting at 4', 'waiting at 2', 'called', 'claiming']);
    expect(storage.kept.size).toBe(0);
  });

  it('repeats the claim itself when it is at the door, with one and the same Idempotency-Key', async () => {
    gateway.answer(queued({ state: 'called', position: 0, pollAfterMs: 250 }), granted);
    await ended(client().claim(CLAIM));
    expect(steps()).toEqual(['0 POST /claims', '250 POST /claims']);
    const keys = gateway.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('keeps the key over network failures, backs off longer each time, and gives up saying what is unknown', async () => {
    gateway.answer(...Array.from({ length: 4 }, () => () => 'network' as const));
    const outcome = await ended(client({ giveUpAfterFailures: 4 }).claim(CLAIM));
    expect(outcome).toEqual({ kind: 'gave-up', code: 'NETWORK', mayBeGranted: true });
    expect(new Set(gateway.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    const times = gateway.asked.map(({ atMs }) => atMs - startMs);
    expect(times).toEqual([0, 375, 1125, 2625]);
  });

  it('takes a request without an answer for a failure after its time', async () => {
    gateway.answer(() => 'silence', granted);
    const outcome = await ended(client({ timeoutMs: 2000 }).claim(CLAIM));
    expect(outcome.kind).toBe('granted');
    expect(gateway.asked[1]!.atMs - startMs).toBeGreaterThanOrEqual(2000);
  });

  it('goes on after a reload where it was: same ticket, same key, and no poll before its time', async () => {
    gateway.answer(queued({ pollAfterMs: 5000 }));
    const page = new AbortController();
    const first = client().claim({ ...CLAIM, signal: page.signal });
    const gone = expect(first).rejects.toThrow('closed');
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    await clock.advance(2000);
    page.abort(new Error('closed'));
    await gone;

    gateway.answer(ticket({ state: 'called', position: 0 }), granted);
    const reloaded = client();
    expect(reloaded.place).toMatchObject({ ticket: 't1', position: 4 });
    const outcome = await ended(reloaded.claim(CLAIM));
    expect(outcome.kind).toBe('granted');
    expect(steps().slice(1)).toEqual(['5000 GET /queue/lny/tickets/me', '5000 POST /claims']);
    expect(gateway.asked[2]!.headers['idempotency-key']).toBe(gateway.asked[0]!.headers['idempotency-key']);
  });

  it('makes a new key for another claim', async () => {
    gateway.answer(() => 'network', granted);
    await ended(client({ giveUpAfterFailures: 1 }).claim(CLAIM));
    await ended(client().claim({ ...CLAIM, body: '{"amount":2}' }));
    expect(gateway.asked[1]!.headers['idempotency-key']).not.toBe(gateway.asked[0]!.headers['idempotency-key']);
  });

  it('drops a ticket that the gateway refuses and claims without it', async () => {
    gateway.answer(queued(), problem('TICKET_OUTDATED', 410), granted);
    expect((await ended(client().claim(CLAIM))).kind).toBe('granted');
    expect(gateway.asked[2]).toMatchObject({ method: 'POST', path: '/claims' });
    expect(gateway.asked[2]!.headers['spillway-ticket']).toBeUndefined();
  });

  it('stops at a gateway that goes on refusing tickets', async () => {
    gateway.answer(...Array.from({ length: 6 }, () => problem('TICKET_INVALID', 400)));
    expect(await ended(client().claim(CLAIM))).toMatchObject({ kind: 'gave-up', code: 'TICKET_INVALID' });
  });

  it('waits for the opening, or says when it is, as the caller likes', async () => {
    const closed = problem('NOT_STARTED', 403, { opensAt: '2026-02-17T00:00:00Z' }, 60);
    gateway.answer(closed, granted, closed);
    expect((await ended(client().claim(CLAIM))).kind).toBe('granted');
    expect(gateway.asked[1]!.atMs - startMs).toBeGreaterThanOrEqual(60_000);
    const outcome = await ended(client().claim({ ...CLAIM, waitForOpening: false }));
    expect(outcome).toMatchObject({ kind: 'not-started', opensAt: '2026-02-17T00:00:00Z' });
  });

  it('gives its place up with the ticket, and ends the claim under way', async () => {
    gateway.answer(queued({ pollAfterMs: 30_000 }), () => new Response(null, { status: 204 }));
    const one = client();
    const claim = one.claim(CLAIM);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(await one.leave()).toEqual({ kind: 'left' });
    expect(await claim).toEqual({ kind: 'left' });
    expect(gateway.asked[1]).toMatchObject({ method: 'DELETE', path: '/queue/lny/tickets/me' });
    expect(gateway.asked[1]!.headers).toMatchObject({ 'spillway-ticket': 't1', 'x-user-id': 'ann' });
    expect(one.place).toBeNull();
  });

  it('lives with a storage that forbids everything', async () => {
    const forbidden = (): never => {
      throw new Error('SecurityError');
    };
    const bad = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
    gateway.answer(queued(), ticket({ state: 'called', position: 0 }), granted);
    expect((await ended(client({ storage: bad }).claim(CLAIM))).kind).toBe('granted');
    expect(gateway.asked[1]!.headers['spillway-ticket']).toBe('t1');
  });

  it('follows the campaign document of a CDN and asks the gateway only when its number is called', async () => {
    const document = (head: number) => () =>
      Response.json({ ...campaign, head, updatedAt: new Date(clock.wallMs()).toISOString() });
    gateway.answer(
      queued({ number: 9, pollAfterMs: 1000 }),
      document(5),
      document(8),
      document(9),
      ticket({ state: 'called', position: 0 }),
      granted,
    );
    const seen: Array<number | null> = [];
    const onProgress = (event: Progress): void => {
      if (event.kind === 'waiting') seen.push(event.place.position);
    };
    const outcome = await ended(client({ statusUrl: 'http://cdn.test/lny.json' }).claim({ ...CLAIM, onProgress }));
    expect(outcome.kind).toBe('granted');
    expect(gateway.asked.map(({ path }) => path)).toEqual([
      '/claims',
      '/lny.json',
      '/lny.json',
      '/lny.json',
      '/queue/lny/tickets/me',
      '/claims',
    ]);
    expect(gateway.asked[1]!.headers).toEqual({});
    expect(seen).toEqual([4, 4, 1]);
  });

  it('asks the gateway when the document is of another epoch', async () => {
    const of = (epoch: number) => () => Response.json({ ...campaign, head: 5, epoch, updatedAt: '' });
    gateway.answer(queued(), of(1), of(2), problem('TICKET_OUTDATED', 410), granted);
    expect((await ended(client({ statusUrl: 'http://cdn.test/lny.json' }).claim(CLAIM))).kind).toBe('granted');
  });

  it('refuses a second claim while one runs', async () => {
    gateway.answer(queued(), ticket({ state: 'sold-out' }));
    const one = client();
    const claim = one.claim(CLAIM);
    await expect(one.claim(CLAIM)).rejects.toThrow('under way');
    expect(await ended(claim)).toEqual({ kind: 'sold-out' });
  });

  it('asks at once after a reload whose wait is over, and forgets what is no place', async () => {
    storage.setItem('spillway http://gateway.test/queue/lny ', '{"place":{"state":1},"toldAtMs":"x"}');
    gateway.answer(granted);
    expect((await ended(client().claim(CLAIM))).kind).toBe('granted');
    const stored = { place: ticketBody(), toldAtMs: clock.wallMs() - 9000, key: 'k', claim: 'c' };
    storage.setItem('spillway http://gateway.test/queue/lny ', JSON.stringify(stored));
    gateway.answer(ticket({ state: 'ended' }));
    expect(await ended(client().claim(CLAIM))).toEqual({ kind: 'ended' });
  });
});

const campaign = {
  campaign: 'lny',
  state: 'open',
  epoch: 1,
  tail: 20,
  waiting: 0,
  callsPerSecond: 4,
  opensAt: null,
  closesAt: null,
  poll: { nearMs: 250, maxMs: 30_000 },
};
