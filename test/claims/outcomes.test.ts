import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pointed } from '../../src/claims/json-pointer.js';
import { Outcomes } from '../../src/claims/outcomes.js';
import { campaignSchema } from '../../src/config/campaign-schema.js';

function outcomes(settings: object = {}): Outcomes {
  return new Outcomes(campaignSchema.parse({ id: 'c', upstream: 'u', routes: [{ path: '/c' }], ...settings }));
}

const answer = (status: number, headers: readonly string[] = [], body = '') => ({
  status,
  headers,
  body: Buffer.from(body),
});

describe('what an answer means without configuration', () => {
  it.each([
    [200, 'granted'],
    [201, 'granted'],
    [204, 'granted'],
    [302, 'other'],
    [400, 'other'],
    [404, 'other'],
    [409, 'rejected'],
    [410, 'other'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('%i is %s', (status, kind) => {
    expect(outcomes().of(answer(status))).toEqual({ kind });
  });

  it('410 with campaign-status: sold-out is sold out, whatever the case of the name', () => {
    expect(outcomes().of(answer(410, ['Campaign-Status', 'sold-out']))).toEqual({ kind: 'sold-out', certain: true });
    expect(outcomes().of(answer(410, ['campaign-status', 'open']))).toEqual({ kind: 'other' });
    expect(outcomes().of(answer(200, ['campaign-status', 'sold-out']))).toEqual({ kind: 'granted' });
  });
});

describe('what an answer means as configured', () => {
  it('a bare status that says sold out is not certain', () => {
    const bare = outcomes({ budget: { soldOutWhen: { status: [410] } } });
    expect(bare.of(answer(410))).toEqual({ kind: 'sold-out', certain: false });
  });

  it('sold out comes before retry, retry before rejected, rejected before granted', () => {
    const all = [{ status: [200] }];
    const order = ['soldOut', 'retry', 'rejected', 'granted'] as const;
    const kinds = ['sold-out', 'retry', 'rejected', 'granted'];
    for (let from = 0; from < order.length; from++) {
      const given = Object.fromEntries(order.slice(from).map((name) => [name, all]));
      expect(outcomes({ claims: { outcomes: given } }).of(answer(200)).kind).toBe(kinds[from]);
    }
  });

  it('what is granted by its own conditions is granted by nothing else', () => {
    const coded = outcomes({ claims: { outcomes: { granted: [{ json: { pointer: '/code', equals: 0 } }] } } });
    expect(coded.of(answer(200, [], '{"code":0}')).kind).toBe('granted');
    for (const body of ['{"code":"0"}', '{"code":1}', '{}', 'no JSON', '']) {
      expect(coded.of(answer(200, [], body)).kind).toBe('other');
    }
    expect(coded.of({ status: 200, headers: [], body: null }).kind).toBe('other');
  });

  it('JSON is read in every coding that services use, and a bomb is no JSON', () => {
    const coded = outcomes({ claims: { outcomes: { rejected: [{ json: { pointer: '/a', equals: true } }] } } });
    const plain = Buffer.from('{"a":true}');
    for (const [coding, pack] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
      ['deflate', deflateSync],
    ] as const) {
      const packed = { status: 200, headers: ['Content-Encoding', coding], body: pack(plain) };
      expect(coded.of(packed).kind).toBe('rejected');
    }
    const bomb = gzipSync(Buffer.concat([plain.subarray(0, -1), Buffer.alloc(4_000_000, ' '), Buffer.from('}')]));
    expect(coded.of({ status: 200, headers: ['content-encoding', 'gzip'], body: bomb }).kind).toBe('granted');
  });

  it('any octets at all mean something', () => {
    const coded = outcomes({ claims: { outcomes: { granted: [{ json: { pointer: '/a/0', equals: null } }] } } });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 200, max: 599 }), (bytes, status) => {
        coded.of({ status, headers: ['content-encoding', 'gzip'], body: Buffer.from(bytes) });
      }),
    );
  });
});

describe('a JSON Pointer (RFC 6901, section 5)', () => {
  const document = {
    foo: ['bar', 'baz'],
    ten: Array.from({ length: 123 }, (_, at) => at),
    none: null,
    '': 0,
    'a/b': 1,
    'm~n': 8,
    ' ': 7,
  };
  it.each([
    ['', document],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/ten/122', 122],
    ['/ten/3', 3],
    ['/foo/2', undefined],
    ['/foo/1a', undefined],
    ['/none/a', undefined],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/constructor', undefined],
  ])('%j', (pointer, value) => {
    expect(pointed(document, pointer)).toEqual(value);
  });
});
