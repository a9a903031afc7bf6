import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kernel/clock.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import { faultOf } from '../../src/redis/faults.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { connected } from './connected.js';

const DEADLINE_MS = 60;
const scripts = loadScripts(new URL('./lua-fixtures/', import.meta.url));
let server: RedisServer;
let connection: RedisConnection;
let calls: StoreCalls;
let results: string[];

function callsWithin(deadlineMs: number, by = connection): StoreCalls {
  return new StoreCalls({
    connection: by,
    clock: systemClock,
    random: () => 0.5,
    deadlineMs,
    observe: (script, result) => results.push(`${script}: ${result}`),
  });
}

beforeEach(async () => {
  server = await startRedis();
  connection = await connected(server.url, DEADLINE_MS);
  results = [];
  calls = callsWithin(DEADLINE_MS);
});
afterEach(async () => {
  calls.stop();
  await connection.close();
  await server.stop();
});

const fault = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'answered',
    (err: unknown) => err,
  );

describe('StoreCalls', () => {
  it('answers, and counts what came of every call', async () => {
    expect(await calls.call(scripts.get('add'), ['n'], [2])).toEqual([2, 1, expect.any(Number), 'text', 1]);
    const wrong = await fault(calls.call(scripts.get('wrong'), ['n'], []));
    expect(faultOf(wrong)).toBe('broken');
    expect(wrong).not.toBeInstanceOf(StoreUnavailableError);
    expect(results).toEqual(['add: ok', 'wrong: error']);
  });

  it('gives a frozen store up within the deadline, opens after three, and then refuses without sending', async () => {
    server.freeze();
    const sentAtMs = performance.now();
    const faults = await Promise.all([1, 2, 3].map((n) => fault(calls.call(scripts.get('add'), ['n'], [n]))));
    expect(performance.now() - sentAtMs).toBeLessThan(2 * DEADLINE_MS + 100);
    for (const one of faults) expect(one).toMatchObject({ code: 'STORE_UNAVAILABLE', operation: 'add' });
    expect(faults.map(faultOf)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(calls.breaker.state).not.toBe('closed');
    expect(faultOf(await fault(calls.call(scripts.get('add'), ['n'], [4])))).toBe('not-sent');
    expect(results).toEqual(['add: timeout', 'add: timeout', 'add: timeout', 'add: blocked']);
  });

  it('declares no answered call dead because this process paused', async () => {
    // Long enough that the pauses of a busy machine do not add up to another deadline.
    const own = await connected(server.url, 1000);
    const patient = callsWithin(1000, own);
    const all = Array.from({ length: 20 }, () => patient.call(scripts.get('add'), ['n'], [1]));
    const untilMs = performance.now() + 1200;
    while (performance.now() < untilMs);
    expect(await Promise.all(all)).toHaveLength(20);
    expect(patient.breaker.state).toBe('closed');
    patient.stop();
    await own.close();
    expect(new Set(results)).toEqual(new Set(['add: ok']));
  });

  it('tells what a call granted whose answer came too late', async () => {
    await calls.call(scripts.get('add'), ['warm'], [1]);
    const late = new Promise((resolve) => {
      const slow = calls.call(scripts.get('slow'), ['n'], [3 * DEADLINE_MS], resolve);
      slow.catch((err: unknown) => expect(faultOf(err)).toBe('unknown'));
    });
    expect(await late).toBe(1);
    expect(results).toEqual(['add: ok', 'slow: timeout', 'slow: late']);
  });

  it('opens at once when the store dies, and is back soon after its return', async () => {
    const opened = new Promise<string>((resolve) => calls.breaker.onChange((_state, reason) => resolve(reason)));
    await server.kill();
    expect(await opened).toBe('connection-lost');
    await server.start();
    const backAtMs = performance.now();
    await new Promise<void>((resolve) => calls.breaker.onChange((state) => state === 'closed' && resolve()));
    expect(performance.now() - backAtMs).toBeLessThan(1500);
    expect(await calls.call(scripts.get('add'), ['n'], [1])).toEqual([1, 1, expect.any(Number), 'text', 1]);
  });

  it('says that a store which cannot serve is unavailable', async () => {
    await connection.send('config', ['set', 'maxmemory', '1']);
    const refused = await fault(calls.call(scripts.get('add'), ['n'], [1]));
    expect(refused).toBeInstanceOf(StoreUnavailableError);
    expect(faultOf(refused)).toBe('refused');
    expect(results).toEqual(['add: refused']);
  });
});
