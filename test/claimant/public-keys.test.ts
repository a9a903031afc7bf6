import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JSONWebKeySet } from 'jose';
import { keysFromUrl } from '../../src/claimant/fetch-public-keys.js';
import { PublicKeys, PublicKeysUnavailable } from '../../src/claimant/public-keys.js';
import { FakeClock } from '../support/fake-clock.js';
import { issuer } from './tokens.js';

let set: JSONWebKeySet;
const only = (...kids: string[]) => ({ keys: set.keys.filter(({ kid }) => kids.includes(kid as string)) });
const header = (kid: string) => ({ alg: 'ES256', kid });
const MAX_AGE_MS = 600_000;
const STALE_MS = 3_600_000;

beforeAll(async () => {
  set = (await issuer('ES256', 'ES256')).keys;
});

/** The source answers with what `answer` holds; null: it is away. */
function kept(answer: JSONWebKeySet | null) {
  const clock = new FakeClock();
  const state = { answer, fetches: 0, faults: 0 };
  const keys = new PublicKeys({
    fetch: async () => {
      state.fetches++;
      if (state.answer === null) throw new Error('away');
      return state.answer;
    },
    clock,
    maxAgeMs: MAX_AGE_MS,
    staleMs: STALE_MS,
    onFault: () => state.faults++,
  });
  return { clock, state, keys };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('The public keys of an issuer', () => {
  it('are fetched once, for all tokens that come meanwhile', async () => {
    const { keys, state } = kept(only('0'));
    await Promise.all(Array.from({ length: 50 }, () => keys.keyFor(header('0'))));
    expect(state.fetches).toBe(1);
  });

  it('are fetched anew after their time, and count meanwhile', async () => {
    const { keys, state, clock } = kept(only('0'));
    await keys.keyFor(header('0'));
    await clock.advance(MAX_AGE_MS + 1);
    await keys.keyFor(header('0'));
    await settled();
    await keys.keyFor(header('0'));
    expect(state.fetches).toBe(2);
  });

  it('are fetched at once for a token with a new key, so that rotation needs no wait', async () => {
    const { keys, state, clock } = kept(only('0'));
    await keys.keyFor(header('0'));
    state.answer = only('0', '1');
    await clock.advance(5000);
    await expect(keys.keyFor(header('1'))).resolves.toBeDefined();
    expect(state.fetches).toBe(2);
  });

  it('are not fetched more often than every 5 seconds, whatever keys tokens name', async () => {
    const { keys, state, clock } = kept(only('0'));
    await keys.keyFor(header('0'));
    for (let at = 0; at < 100; at++) await expect(keys.keyFor(header(`x${at}`))).rejects.toThrow();
    expect(state.fetches).toBe(1);
    await clock.advance(5000);
    for (let at = 0; at < 100; at++) await expect(keys.keyFor(header(`x${at}`))).rejects.toThrow();
    expect(state.fetches).toBe(2);
  });

  it('that were taken away count no longer, once fetched', async () => {
    const { keys, state, clock } = kept(only('0', '1'));
    await keys.keyFor(header('1'));
    state.answer = only('0');
    await clock.advance(MAX_AGE_MS + 1);
    await keys.keyFor(header('0'));
    await settled();
    await expect(keys.keyFor(header('1'))).rejects.toThrow();
  });

  it('count while they cannot be fetched, and no longer than stated; then nobody is believed', async () => {
    const { keys, state, clock } = kept(only('0'));
    await keys.keyFor(header('0'));
    state.answer = null;
    await clock.advance(MAX_AGE_MS + STALE_MS);
    await expect(keys.keyFor(header('0'))).resolves.toBeDefined();
    await settled();
    await clock.advance(1);
    await expect(keys.keyFor(header('0'))).rejects.toThrow(PublicKeysUnavailable);
    expect(state.faults).toBe(1);
    state.answer = only('0');
    await clock.advance(5000);
    await expect(keys.keyFor(header('0'))).resolves.toBeDefined();
  });

  it('that could never be fetched let nobody in', async () => {
    const { keys } = kept(null);
    await expect(keys.keyFor(header('0'))).rejects.toThrow(PublicKeysUnavailable);
  });
});

describe('public keys from a URL', () => {
  it('are not taken from elsewhere, from a failure, or from an endless answer', async () => {
    const server = createServer((req, res) => {
      if (req.url === '/away') res.writeHead(302, { location: '/keys' }).end();
      else if (req.url === '/failed') res.writeHead(500).end(JSON.stringify(set));
      else if (req.url === '/endless') res.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`);
      else res.end(JSON.stringify(set));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = (path: string) => keysFromUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)();
    try {
      await expect(at('/keys')).resolves.toEqual(set);
      for (const path of ['/away', '/failed', '/endless']) await expect(at(path)).rejects.toThrow();
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
