import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { protectedFields } from '../../src/proxy/connection-options.js';
import { requestHeaders } from '../../src/proxy/request-headers.js';
import { responseHeaders } from '../../src/proxy/response-headers.js';

const NEVER_OUT = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding'],
  ...['upgrade', 'http2-settings', 'expect', 'host', 'content-length', 'spillway-ticket', 'spillway-retry'],
];
const OURS_ONCE = [
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'traceparent'],
  ...['spillway-claimant', 'spillway-campaign', 'idempotency-key'],
];
const PROTECTED = ['authorization', 'cookie', 'content-type', 'x-user-id'];

/** Any mixture of upper and lower case, and of `-` and `_`. */
function spelled(name: string): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 0, max: 2 }), { minLength: name.length, maxLength: name.length })
    .map((how) =>
      [...name].map((c, at) => (c === '-' ? (how[at] === 2 ? '_' : c) : how[at] === 1 ? c.toUpperCase() : c)).join(''),
    );
}
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const known = fc.constantFrom(...NEVER_OUT, ...OURS_ONCE, ...PROTECTED, 'via').chain(spelled);
const name = fc.oneof(known, token);
const options = fc.array(fc.oneof(name, fc.constant(' ')), { maxLength: 6 }).map((all) => all.join(', '));
const value = fc.oneof(fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,30}$/), options);
const field = fc.oneof(fc.tuple(name, value), fc.tuple(fc.constantFrom('Connection', 'connection'), options));
const message = fc.array(field, { maxLength: 25 }).map((fields) => fields.flat());
const facts = fc.record({
  peerAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(null)),
  clientAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(null)),
  trusted: fc.boolean(),
  scheme: fc.constantFrom('http' as const, 'https' as const),
  host: fc.constant('shop.example'),
  claimant: fc.string({ minLength: 1 }),
  campaign: fc.constant('lny-2026'),
  idempotencyKey: fc.constant('k-1'),
  requestId: fc.string(),
});
const guard = protectedFields(['X-User-Id']);

function names(headers: readonly string[]): string[] {
  return headers.filter((_, at) => at % 2 === 0).map((one) => one.toLowerCase());
}
const dashed = (one: string): string => one.replaceAll('_', '-');
const RUNS = { numRuns: 2000 };

describe('the header passes, for any message', () => {
  it('let nothing hop-by-hop and nothing under our name through to the service', () => {
    fc.assert(
      fc.property(message, facts, (raw, known) => {
        const out = names(requestHeaders(raw, known, false, guard)).map(dashed);
        for (const one of NEVER_OUT) expect(out).not.toContain(one);
      }),
      RUNS,
    );
  });

  it('send ours exactly once, in whatever spelling a server reads them', () => {
    fc.assert(
      fc.property(message, facts, (raw, known) => {
        const out = names(requestHeaders(raw, known, false, guard)).map(dashed);
        for (const one of OURS_ONCE) expect([one, out.filter((n) => n === one).length]).toEqual([one, 1]);
        expect(out.filter((n) => n === 'via').length).toBeGreaterThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('keep every protected field, whatever Connection names', () => {
    fc.assert(
      fc.property(message, facts, (raw, known) => {
        const out = names(requestHeaders(raw, known, false, guard));
        const sent = names(raw);
        for (const one of PROTECTED) {
          expect(out.filter((n) => n === one)).toHaveLength(sent.filter((n) => n === one).length);
        }
      }),
      RUNS,
    );
  });

  it('remove every unprotected field that Connection names', () => {
    fc.assert(
      fc.property(message, token, facts, (raw, hop, known) => {
        const one = `x-hop-${hop}`;
        const out = requestHeaders([one, '1', ...raw, 'Connection', `close,${one}`, one, '2'], known, false, guard);
        expect(names(out)).not.toContain(one.toLowerCase());
      }),
      RUNS,
    );
  });

  it('write nothing that HTTP does not allow in a field', () => {
    fc.assert(
      fc.property(message, facts, (raw, known) => {
        for (const part of requestHeaders(raw, known, true, guard)) expect(part).not.toMatch(/[^\t\x20-\x7e\x80-\xff]/);
      }),
      RUNS,
    );
  });

  it('let nothing hop-by-hop through to the client', () => {
    const anyBytes = fc.tuple(fc.oneof(name, fc.string()), fc.oneof(value, fc.string()));
    fc.assert(
      fc.property(fc.array(fc.oneof(field, anyBytes), { maxLength: 20 }), (fields) => {
        const out = responseHeaders(fields.flat(), 200);
        const hops = NEVER_OUT.filter((one) => one !== 'content-length' && one !== 'host');
        for (const one of hops) expect(names(out).map(dashed)).not.toContain(one);
        const cookies = fields.filter(([n]) => n.toLowerCase() === 'set-cookie').map(([, v]) => v);
        expect(out.filter((_, at) => at % 2 === 1 && out[at - 1]!.toLowerCase() === 'set-cookie')).toEqual(cookies);
      }),
      RUNS,
    );
  });
});
