import { afterEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, createClient, type Progress } from '../../src/client/client.js';
import { type RealGateway, startRealGateway } from './real-gateway.js';
import { MapStorage } from './scripted-gateway.js';

const CLAIM = { path: '/campaigns/lny/claims' };

describe('client against a running gateway', () => {
  let real: RealGateway;

  afterEach(() => real.stop());

  const client = (user: string, more: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: real.url,
      campaign: 'lny',
      headers: { 'x-user-id': user },
      storage: new MapStorage(),
      ...more,
    });

  it('brings a crowd through the line, each with one answer of the service', async () => {
    real = await startRealGateway({ ratePerSecond: 8, burst: 1 });
    const waited: number[] = [];
    const onProgress = (event: Progress): void => {
      if (event.kind === 'waiting') waited.push(event.place.position ?? -1);
    };
    const people = Array.from({ length: 20 }, (_, i) => client(`user-${i}`));
    const outcomes = await Promise.all(people.map((one) => one.claim({ ...CLAIM, onProgress })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(people.map(() => 'granted'));
    const bodies = outcomes.map((outcome) => (outcome.kind === 'granted' ? outcome.answer.body : ''));
    expect(new Set(bodies).size).toBe(20);
    expect(real.service.stats().received).toBe(20);
    expect(Math.max(...waited)).toBeGreaterThan(0);
  });

  it('is never early: every poll of the ticket comes after the time told', async () => {
    real = await startRealGateway({ ratePerSecond: 3, burst: 1 });
    await client('first').claim(CLAIM);
    await client('second').claim(CLAIM);
    let dueMs = 0;
    const early: number[] = [];
    const watching: NonNullable<ClientOptions['fetch']> = async (url, init) => {
      early.push(Math.max(0, dueMs - performance.now()));
      const response = await fetch(url, init);
      const { pollAfterMs, state } = (await response.clone().json()) as { pollAfterMs?: number; state?: string };
      dueMs = state === 'waiting' ? performance.now() + (pollAfterMs ?? 0) : 0;
      return response;
    };
    const crowd = Array.from({ length: 6 }, (_, i) => client(`crowd-${i}`).claim(CLAIM));
    const outcome = await client('watched', { fetch: watching }).claim(CLAIM);
    expect(outcome.kind).toBe('granted');
    // The answer is noted a moment after the client has read it.
    expect(Math.max(...early)).toBeLessThan(5);
    expect(early.length).toBeGreaterThan(2);
    await Promise.all(crowd);
  });

  it('survives a reload with its place', async () => {
    real = await startRealGateway({ ratePerSecond: 2, burst: 1 });
    const crowd = Array.from({ length: 5 }, (_, i) => client(`crowd-${i}`).claim(CLAIM));
    const storage = new MapStorage();
    const page = new AbortController();
    const queued = new Promise<number | null>((resolve) => {
      const onProgress = (event: Progress): void => {
        if (event.kind === 'waiting') resolve(event.place.number);
      };
      client('ann', { storage })
        .claim({ ...CLAIM, signal: page.signal, onProgress })
        .catch(() => undefined);
    });
    const number = await queued;
    page.abort();
    const reloaded = client('ann', { storage });
    expect(reloaded.place?.number).toBe(number);
    expect((await reloaded.claim(CLAIM)).kind).toBe('granted');
    expect(reloaded.place).toBeNull();
    await Promise.all(crowd);
  });

  it('gives a place up, and has none to give up afterwards', async () => {
    real = await startRealGateway({ ratePerSecond: 1, burst: 1 });
    await client('first').claim(CLAIM);
    const ann = client('ann');
    let claim: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      claim = ann.claim({ ...CLAIM, onProgress: (event) => event.kind === 'waiting' && resolve() });
    });
    expect(await ann.leave()).toEqual({ kind: 'left' });
    expect(await claim).toEqual({ kind: 'left' });
    expect(await client('nobody').leave()).toEqual({ kind: 'no-place' });
  });

  it('says ended, refused and sign-in-needed as what they are', async () => {
    real = await startRealGateway({ ratePerSecond: 50, burst: 5, schedule: '{ closesAt: 2020-01-01T00:00:00Z }' });
    expect(await client('ann').claim(CLAIM)).toEqual({ kind: 'ended' });
    expect(await client('ann').claim({ path: '/nowhere' })).toMatchObject({ kind: 'refused', code: 'NO_ROUTE' });
    await real.stop();
    real = await startRealGateway({ ratePerSecond: 50, burst: 5 });
    expect(await client('ann', { headers: {} }).claim(CLAIM)).toEqual({ kind: 'sign-in-needed' });
    expect(await client('ann').status()).toMatchObject({ campaign: 'lny', state: 'open' });
  });

  it('waits by the campaign document alone where a CDN serves it', async () => {
    real = await startRealGateway({ ratePerSecond: 3, burst: 1 });
    const paths: string[] = [];
    const watching: NonNullable<ClientOptions['fetch']> = (url, init) => {
      paths.push(new URL(url).pathname.replace('/queue/lny/', ''));
      return fetch(url, init);
    };
    const crowd = Array.from({ length: 6 }, (_, i) => client(`crowd-${i}`).claim(CLAIM));
    await Promise.race(crowd);
    const statusUrl = `${real.url}/queue/lny/status.json`;
    const outcome = await client('watched', { fetch: watching, statusUrl }).claim(CLAIM);
    expect(outcome.kind).toBe('granted');
    expect(paths.filter((path) => path === 'status.json').length).toBeGreaterThan(0);
    expect(paths.filter((path) => path === 'tickets/me').length).toBeLessThanOrEqual(2);
    await Promise.all(crowd);
  });
});
