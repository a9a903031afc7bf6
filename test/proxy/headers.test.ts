import { describe, expect, it } from '@jest/globals';
import { endToEndFields, protectedFields } from '../../src/proxy/connection-options.js';
import type { ForwardedFacts } from '../../src/proxy/forwarded.js';
import { requestHeaders } from '../../src/proxy/request-headers.js';
import { responseHeaders } from '../../src/proxy/response-headers.js';
import { isTraceparent } from '../../src/proxy/trace-context.js';

const FACTS: ForwardedFacts = {
  peerAddress: '203.0.113.9',
  clientAddress: '203.0.113.9',
  trusted: false,
  scheme: 'http',
  host: 'shop.example:8080',
  claimant: 'u-1',
  campaign: 'lny-2026',
  idempotencyKey: null,
  requestId: '0af7651916cd43dd8448eb211c80319c',
};
const TRUSTED = { ...FACTS, trusted: true, peerAddress: '10.0.0.1' };

function values(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]!.toLowerCase() === name);
}
function passed(raw: readonly string[], facts: Partial<ForwardedFacts> = {}, names: string[] = []): string[] {
  return requestHeaders(raw, { ...FACTS, ...facts }, false, protectedFields(names));
}

describe('requestHeaders', () => {
  it('replaces what an untrusted peer says of the way so far', () => {
    const out = passed([
      ...[
        'X-Forwarded-For',
        '1.2.3.4',
        'X-Forwarded-Proto',
        'https',
        'X-Forwarded-Host',
        'evil',
        'X-Forwarded-Port',
        '1',
      ],
      ...['Forwarded', 'for=1.2.3.4', 'X-Real-IP', '1.2.3.4', 'x_forwarded_for', '1.2.3.4'],
    ]);
    expect(out.join('\n')).not.toContain('1.2.3.4');
    expect(values(out, 'x-forwarded-for')).toEqual(['203.0.113.9']);
    expect(values(out, 'x-forwarded-proto')).toEqual(['http']);
    expect(values(out, 'x-forwarded-host')).toEqual(['shop.example:8080']);
    expect(values(out, 'x-forwarded-port')).toEqual([]);
    expect(values(out, 'forwarded')).toEqual(['for=203.0.113.9;host="shop.example:8080";proto=http']);
  });

  it('appends to what a trusted proxy says', () => {
    const out = requestHeaders(
      [
        ...['X-Forwarded-For', '198.51.100.7', 'X-Forwarded-For', '10.0.0.2', 'X-Forwarded-Proto', 'https'],
        ...['X-Forwarded-Host', 'shop.example', 'Forwarded', 'for=198.51.100.7', 'X-Real-IP', '198.51.100.7'],
      ],
      TRUSTED,
      false,
      endToEndFields,
    );
    expect(values(out, 'x-forwarded-for')).toEqual(['198.51.100.7, 10.0.0.2, 10.0.0.1']);
    expect(values(out, 'x-forwarded-proto')).toEqual(['https']);
    expect(values(out, 'x-forwarded-host')).toEqual(['shop.example']);
    expect(values(out, 'forwarded')).toEqual(['for=198.51.100.7, for=10.0.0.1;host="shop.example:8080";proto=http']);
    expect(values(out, 'x-real-ip')).toEqual(['198.51.100.7']);
  });

  it('begins a chain a trusted proxy left out with the client', () => {
    const out = passed(['X-Forwarded-For', '2001:db8::7'], { ...TRUSTED, clientAddress: '2001:db8::7' });
    expect(values(out, 'x-forwarded-for')).toEqual(['2001:db8::7, 10.0.0.1']);
    expect(values(out, 'forwarded')[0]).toMatch(/^for="\[2001:db8::7\]", for=10\.0\.0\.1;/);
  });

  it.each([
    ['2001:db8::1', '2001:db8::1', 'for="[2001:db8::1]"'],
    ['::ffff:192.0.2.1', '192.0.2.1', 'for=192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1%eth0', 'for="[fe80::1]"'],
    [null, 'unknown', 'for=unknown'],
  ])('writes the peer %s as %s and %s', (peerAddress, plain, element) => {
    const out = passed([], { peerAddress, host: null });
    expect(values(out, 'x-forwarded-for')).toEqual([plain]);
    expect(values(out, 'forwarded')).toEqual([`${element};proto=http`]);
  });

  it('leaves out a host that could break out of its field', () => {
    const out = passed([], { host: 'a";for=evil' });
    expect(values(out, 'x-forwarded-host')).toEqual([]);
    expect(values(out, 'forwarded')).toEqual(['for=203.0.113.9;proto=http']);
  });

  it('removes what Connection names, but never what decides who asks or what for, and never ours', () => {
    const out = passed(
      [
        ...['Authorization', 'Bearer t', 'X-User-Id', 'u-1', 'X-Hop', '1', 'Cookie', 'a=b', 'Idempotency-Key', 'k'],
        ...['Connection', 'close, x-hop, X-User-Id, authorization,cookie, Idempotency-Key, Content-Type'],
        ...[
          'Connection',
          'Spillway-Claimant, X-Forwarded-For, Via, X-Late',
          'Content-Type',
          'text/plain',
          'X-Late',
          '1',
        ],
      ],
      {},
      ['X-User-Id'],
    );
    expect(values(out, 'x-hop')).toEqual([]);
    expect(values(out, 'x-late')).toEqual([]);
    expect(values(out, 'connection')).toEqual([]);
    const kept = [
      'authorization',
      'x-user-id',
      'cookie',
      'idempotency-key',
      'content-type',
      'spillway-claimant',
      'via',
    ];
    for (const name of [...kept, 'x-forwarded-for']) expect([name, values(out, name).length]).toEqual([name, 1]);
  });

  it('removes the ticket and everything else under our name, however it is spelled', () => {
    const out = passed(['Spillway-Ticket', 't', 'spillway-claimant', 'x', 'Spillway_Campaign', 'y', 'SPILLWAY-X', 'z']);
    expect(values(out, 'spillway-claimant')).toEqual(['u-1']);
    expect(values(out, 'spillway-campaign')).toEqual(['lny-2026']);
    expect(out.filter((_, at) => at % 2 === 0 && /^spillway/i.test(out[at]!))).toHaveLength(2);
  });

  it.each([
    ['plain', 'plain'],
    ['a b', 'a%20b'],
    ['a%20b', 'a%2520b'],
    ['Ünal\r\nX: 1', '%C3%9Cnal%0D%0AX%3A%201'],
    ['lone \ud800', 'lone%20%EF%BF%BD'],
  ])('writes the claimant %j as %j', (claimant, written) => {
    expect(values(passed([], { claimant }), 'spillway-claimant')).toEqual([written]);
  });

  it('passes a valid trace on with its state, and begins a new one otherwise', () => {
    const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const out = passed(['tracestate', 'a=1', 'traceparent', parent, 'Tracestate', 'b=2']);
    expect(values(out, 'traceparent')).toEqual([parent]);
    expect(values(out, 'tracestate')).toEqual(['a=1, b=2']);
    for (const bad of [[parent, parent], ['00-0-0-00'], [parent.replace('00-', 'ff-')], [`${parent}-x`], []]) {
      const fresh = passed([...bad.flatMap((value) => ['traceparent', value]), 'tracestate', 'a=1']);
      expect(values(fresh, 'traceparent')).toEqual([
        expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/),
      ]);
      expect(values(fresh, 'tracestate')).toEqual([]);
    }
    expect(isTraceparent(values(passed([], { requestId: 'no hex' }), 'traceparent')[0]!)).toBe(true);
    expect(isTraceparent(`cc-${parent.slice(3)}-later`)).toBe(true);
  });

  it("sends the caller's idempotency key instead of the client's, and the client's where there is none", () => {
    expect(values(passed(['Idempotency-Key', 'c'], { idempotencyKey: 'd' }), 'idempotency-key')).toEqual(['d']);
    expect(values(passed(['Idempotency-Key', 'c']), 'idempotency-key')).toEqual(['c']);
  });

  it('keeps the length of a streamed body only', () => {
    const raw = [
      'Content-Length',
      '7',
      'Transfer-Encoding',
      'chunked',
      'Expect',
      '100-continue',
      'Host',
      'x',
      'TE',
      'gzip',
    ];
    expect(values(requestHeaders(raw, FACTS, true, endToEndFields), 'content-length')).toEqual(['7']);
    const out = passed(raw);
    for (const name of ['content-length', 'transfer-encoding', 'expect', 'host', 'te'])
      expect(values(out, name)).toEqual([]);
  });
});

describe('responseHeaders', () => {
  it('removes hop-by-hop fields, what Connection names, and everything under our name', () => {
    const out = responseHeaders(
      [
        ...['Connection', 'close, X-Hop, Content-Type, set-cookie', 'X-Hop', '1', 'Keep-Alive', 'timeout=5'],
        ...['Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'Proxy-Authenticate', 'x', 'Spillway-Code', 'QUEUED'],
        ...['Trailer', 'X-T', 'Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'X-B', 'caf\xe9', 'Set-Cookie', 'b=2'],
      ],
      200,
    );
    expect(out).toEqual(['Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'X-B', 'caf\xe9', 'Set-Cookie', 'b=2']);
  });

  it('drops the length of an answer that cannot have a body', () => {
    expect(responseHeaders(['Content-Length', '0'], 204)).toEqual([]);
    expect(responseHeaders(['Content-Length', '0'], 200)).toEqual(['Content-Length', '0']);
  });
});
