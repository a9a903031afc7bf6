import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCookie } from '../../src/claimant/cookie-header.js';
import { createClaimantSource } from '../../src/claimant/sources.js';
import { claimantSchema } from '../../src/config/claimant-schema.js';
import { systemClock } from '../../src/kernel/clock.js';

const proxied = { text: '198.51.100.1', key: '198.51.100.1', fromTrustedPeer: true };
const direct = { ...proxied, fromTrustedPeer: false };
const open = (settings: object) =>
  createClaimantSource(claimantSchema.parse(settings), {
    clock: systemClock,
    secrets: [],
    devices: null,
    onFault: () => {},
  });
const known = (id: string) => ({ kind: 'known', id });
const unknown = (reason: string) => ({ kind: 'unknown', reason });

describe('a claimant from a header', () => {
  const source = open({ from: 'header', name: 'X-User-Id', unverified: false });
  const identify = (...rawHeaders: string[]) => source.identify({ rawHeaders, headers: {} }, proxied);

  it('is believed from a listed proxy, or from anybody where so configured', () => {
    const request = { rawHeaders: ['Host', 'a', 'x-USER-id', 'u-1'], headers: {} };
    const anybody = open({ from: 'header', name: 'x-user-id', unverified: true });
    expect(source.identify(request, proxied)).toEqual(known('u-1'));
    expect(source.identify(request, direct)).toEqual(unknown('untrusted-peer'));
    expect(anybody.identify(request, direct)).toEqual(known('u-1'));
  });

  it('is unknown where two fields disagree, also for names that Node would merge or drop', () => {
    expect(identify('x-user-id', 'a', 'X-User-Id', 'b')).toEqual(unknown('conflicting'));
    expect(identify('x-user-id', 'a', 'X-User-Id', 'a')).toEqual(known('a'));
    expect(identify('x-user-id', '', 'X-User-Id', 'a')).toEqual(unknown('conflicting'));
    const from = open({ from: 'header', name: 'From', unverified: true });
    const doubled = { rawHeaders: ['from', 'a', 'from', 'b'], headers: {} };
    expect(from.identify(doubled, direct)).toEqual(unknown('conflicting'));
  });

  it('is 1 to 256 visible ASCII characters', () => {
    expect(identify()).toEqual(unknown('missing'));
    expect(identify('X-User-Id', '')).toEqual(unknown('missing'));
    expect(identify('X-User-Id', '!~'.repeat(128))).toEqual(known('!~'.repeat(128)));
    for (const bad of ['x'.repeat(257), 'a b', 'a, b', 'a,b', 'Ã©', 'a\tb', 'a\u007f', '你']) {
      expect(identify('X-User-Id', bad)).toEqual(unknown('malformed'));
    }
  });
});

describe('a claimant from a cookie', () => {
  const source = open({ from: 'cookie', name: 'uid', unverified: false });
  const identify = (cookie?: string) =>
    source.identify({ rawHeaders: [], headers: cookie === undefined ? {} : { cookie } }, direct);

  it('is its value, once', () => {
    expect(identify('a=1; uid=u-1; b=2')).toEqual(known('u-1'));
    expect(identify('uid="u-1"')).toEqual(known('u-1'));
    expect(identify('uid=u-1; uid=u-1')).toEqual(known('u-1'));
  });

  it('is unknown where it is missing, empty, or stands there with two values', () => {
    expect(identify()).toEqual(unknown('missing'));
    expect(identify('xuid=1; uidx=2; a=uid=3; UID=4')).toEqual(unknown('missing'));
    expect(identify('uid=')).toEqual(unknown('missing'));
    expect(identify('uid=a; uid=b')).toEqual(unknown('conflicting'));
  });
});

describe('a claimant from the address', () => {
  const source = open({ from: 'address', name: 'x', unverified: false });

  it('is the key of the address', () => {
    const v6 = { text: '2001:db8::1', key: '2001:db8::/64', fromTrustedPeer: false };
    expect(source.identify({ rawHeaders: [], headers: {} }, v6)).toEqual(known('2001:db8::/64'));
  });

  it('is unknown where the connection has none', () => {
    const none = { text: 'unknown', key: 'unknown', fromTrustedPeer: false };
    expect(source.identify({ rawHeaders: [], headers: {} }, none)).toEqual(unknown('missing'));
  });
});

describe('one cookie of a header', () => {
  const name = fc.constantFrom('uid', 'u', 'id', '__Host-spillway-a', 'uiduid');
  const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,6}$/);
  const gap = fc.constantFrom('; ', ';', ' ; ', ';\t');

  it('is read as by a parser that reads all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.oneof(value, name), gap), { maxLength: 6 }), name, (pairs, wanted) => {
        const header = pairs.map(([key, text, separator]) => `${key}=${text}${separator}`).join('');
        const values = new Set(pairs.filter(([key]) => key === wanted).map(([, text]) => text));
        const [only] = values;
        const expected = { 0: { kind: 'none' }, 1: { kind: 'one', value: only } }[values.size] ?? {
          kind: 'conflicting',
        };
        expect(readCookie(header, wanted)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read from any header in time that grows with its length', () => {
    const hostile = 'uid '.repeat(4000);
    const start = performance.now();
    for (let i = 0; i < 20; i++) expect(readCookie(hostile, 'uid').kind).toBe('none');
    expect(performance.now() - start).toBeLessThan(500);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), name, (header, wanted) => void readCookie(header, wanted)));
  });
});
