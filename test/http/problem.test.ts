import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Problem, rawProblem, sendProblem } from '../../src/http/problem.js';
import { type ProblemCode, problemCodes, problemType } from '../../src/http/problem-codes.js';
import { bakeSecurityHeaders } from '../../src/http/security-headers.js';
import type { TicketDocument } from '../../src/waiting-room/ticket-document.js';

let next: Problem;
let server: http.Server;
let origin: string;

beforeAll(async () => {
  server = http.createServer((_req, res) => sendProblem(res, 'req.1', next));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

function answer(problem: Problem, method = 'GET'): Promise<Response> {
  next = problem;
  return fetch(origin, { method });
}

const codes = Object.keys(problemCodes) as ProblemCode[];

describe('a problem document', () => {
  it.each(codes)('%s has the members and fields of the contract', async (code) => {
    const got = await answer({ code });
    const { status, title, detail } = problemCodes[code];
    expect(got.status).toBe(status);
    expect(await got.json()).toEqual({ type: problemType(code), title, status, code, detail, instance: 'req.1' });
    expect(got.headers.get('content-type')).toBe('application/problem+json');
    expect(got.headers.get('spillway-code')).toBe(code);
    expect(got.headers.get('cache-control')).toBe('no-store');
    expect(got.headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect(got.headers.get('retry-after')).toBeNull();
  });

  it('has the statuses that are published', () => {
    const published: Partial<Record<ProblemCode, number>> = {
      ...{ QUEUED: 429, RATE_LIMITED: 429, NOT_STARTED: 403, ENDED: 410, SOLD_OUT: 410, CLAIM_IN_PROGRESS: 409 },
      ...{ IDEMPOTENCY_KEY_MISSING: 400, IDEMPOTENCY_KEY_REUSED: 422, CLAIM_OF_ANOTHER: 409, TICKET_INVALID: 400 },
      ...{ TICKET_OUTDATED: 410, CLAIMANT_UNKNOWN: 401, OVERLOADED: 503, QUEUE_FULL: 503, STORE_UNAVAILABLE: 503 },
      ...{ UPSTREAM_UNAVAILABLE: 503, UPSTREAM_TIMEOUT: 504, UPSTREAM_INVALID: 502, NO_ROUTE: 404 },
      ...{ REQUEST_INVALID: 400, BODY_TOO_LARGE: 413, METHOD_NOT_ALLOWED: 405, HEADERS_TOO_LARGE: 431 },
    };
    for (const [code, status] of Object.entries(published))
      expect(problemCodes[code as ProblemCode].status).toBe(status);
  });

  it('uses the registered types where there are some, and its own names elsewhere', () => {
    expect(problemType('RATE_LIMITED')).toBe('https://iana.org/assignments/http-problem-types#quota-exceeded');
    const reduced = 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity';
    expect([problemType('OVERLOADED'), problemType('QUEUE_FULL')]).toEqual([reduced, reduced]);
    expect(problemType('CLAIM_IN_PROGRESS')).toBe('urn:spillway:problem:claim-in-progress');
  });

  it('carries detail, members, fields and Retry-After of one case, in any script', async () => {
    const got = await answer({
      code: 'QUEUED',
      detail: 'Noch 3 „Plätze" vor 你',
      retryAfterSeconds: 2,
      members: { campaign: 'lny-2026', state: 'waiting', position: 3, etaSeconds: null },
      headers: ['RateLimit', '"a";r=0;t=1', 'Vary', 'Origin'],
    });
    expect(await got.json()).toMatchObject({ detail: 'Noch 3 „Plätze" vor 你', position: 3, etaSeconds: null });
    expect(got.headers.get('retry-after')).toBe('2');
    expect(got.headers.get('ratelimit')).toBe('"a";r=0;t=1');
    expect(got.headers.get('vary')).toBe('Origin');
  });

  it('carries a ticket document as its members', async () => {
    const ticket: TicketDocument = {
      ...{ campaign: 'lny-2026', state: 'waiting', ticket: 'AQ', number: 4711, position: 3 },
      ...{ etaSeconds: { min: 1, max: 2 }, pollAfterMs: 700, chance: 'likely', expiresAt: null },
    };
    const body = await (await answer({ code: 'QUEUED', ticket, retryAfterSeconds: 1 })).json();
    expect(body).toMatchObject({ code: 'QUEUED', status: 429, ...ticket });
    expect(body).toEqual(await (await answer({ code: 'QUEUED', members: { ...ticket }, retryAfterSeconds: 1 })).json());
  });

  it('is valid JSON without members, too', async () => {
    expect(await (await answer({ code: 'ENDED', members: {} })).json()).toMatchObject({ code: 'ENDED' });
  });

  it('answers HEAD with the fields alone', async () => {
    const got = await answer({ code: 'SOLD_OUT' }, 'HEAD');
    expect(got.status).toBe(410);
    expect(Number(got.headers.get('content-length'))).toBeGreaterThan(100);
    expect(await got.text()).toBe('');
  });

  it('challenges with a 401', async () => {
    expect((await answer({ code: 'CLAIMANT_UNKNOWN' })).headers.get('www-authenticate')).toBe('Claimant');
  });

  it('leaves nothing of one answer in the next', async () => {
    await answer({ code: 'NO_ROUTE', headers: ['X-Once', '1'], retryAfterSeconds: 9 });
    const got = await answer({ code: 'NO_ROUTE' });
    expect([got.headers.get('x-once'), got.headers.get('retry-after')]).toEqual([null, null]);
  });

  it('cuts the connection where an answer has begun', async () => {
    const half = http.createServer((_req, res) => {
      res.writeHead(200, { 'Content-Length': '100' });
      res.write('half');
      sendProblem(res, 'req.2', { code: 'UPSTREAM_INVALID' });
    });
    await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve));
    await expect(
      fetch(`http://127.0.0.1:${(half.address() as AddressInfo).port}`).then((got) => got.text()),
    ).rejects.toThrow();
    await new Promise((done) => half.close(done));
  });

  it('is the same in bytes for a bare socket', () => {
    const bytes = rawProblem('req.3', { code: 'HEADERS_TOO_LARGE' });
    const [head = '', body = ''] = bytes.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
    expect(head).toMatch(/\r\nConnection: close$/);
    expect(JSON.parse(body)).toMatchObject({ code: 'HEADERS_TOO_LARGE', status: 431, instance: 'req.3' });
  });
});

describe('a problem document of any detail and any members', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '"}',
      '\r\nSet-Cookie: a=b\r\n\r\n',
      '\u2028</script>',
      '\ud800',
      '\\',
      '\0',
      '\r\n\r\nHTTP/1.1 200 OK',
    ),
  );
  const reserved = ['type', 'title', 'status', 'detail', 'code', 'instance'];
  /**
   * No name holds a backslash: once an object with the name `\\` was seen, the JSON.parse of V8 13.6 (Node 24) takes
   * other names of one escape for it, and this test reads its answers with it.
   */
  const members = fc.dictionary(
    anyText.filter((name) => !reserved.includes(name) && !name.includes('\\')),
    fc.jsonValue().filter((value) => !JSON.stringify(value).includes('\\\\')),
  );
  const problem = fc.record(
    { code: fc.constantFrom(...codes), detail: anyText, members, retryAfterSeconds: fc.nat() },
    { requiredKeys: ['code'] },
  ) as fc.Arbitrary<Problem>;
  /** What JSON makes of a value: lone surrogates and -0 come back as what they are on the wire. */
  const onTheWire = (value: unknown): unknown => JSON.parse(Buffer.from(JSON.stringify(value)).toString('utf8'));

  it('is valid JSON that says just this, in fields of its code alone', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const bytes = Buffer.from(rawProblem('req.1', given), 'utf8');
        const headEnd = bytes.indexOf('\r\n\r\n');
        const lines = bytes.toString('latin1', 0, headEnd).split('\r\n');
        const body = bytes.subarray(headEnd + 4);
        const plain = rawProblem('req.1', { code: given.code }).split('\r\n\r\n')[0]!.split('\r\n');
        const nameOf = (line: string): string => line.split(':')[0]!;
        const names = lines.map(nameOf).filter((name) => name !== 'Retry-After');
        expect(names).toEqual(plain.map(nameOf));
        expect(lines).toContain(`Content-Length: ${body.length}`);
        const retry = given.retryAfterSeconds === undefined ? [] : [`Retry-After: ${given.retryAfterSeconds}`];
        expect(lines.filter((line) => line.startsWith('Retry-After'))).toEqual(retry);
        const { status, title, detail } = problemCodes[given.code];
        const own = { type: problemType(given.code), title, status, code: given.code, instance: 'req.1' };
        expect(JSON.parse(body.toString('utf8'))).toEqual(
          onTheWire({ ...given.members, ...own, detail: given.detail ?? detail }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is answered the same by a server, which sends no field that a value brought along', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (given) => {
        const got = await answer(given);
        expect(got.headers.get('set-cookie')).toBeNull();
        expect(await got.json()).toMatchObject({ code: given.code, status: got.status, instance: 'req.1' });
      }),
      { numRuns: 60 },
    );
  });
});

describe('baked security fields', () => {
  it('are what Helmet sets', () => {
    const fields = bakeSecurityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'nonce-x'"] } } });
    expect(fields[fields.indexOf('Content-Security-Policy') + 1]).toContain("script-src 'nonce-x'");
    expect(fields[fields.indexOf('X-Frame-Options') + 1]).toBe('SAMEORIGIN');
  });
});
