import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerHead, GatewayResponse, hasLeft, relayWhole, sendWhole } from '../../src/proxy/whole-answer.js';
import { sendRaw } from './raw-socket.js';

/** Answers every request, on a server of the gateway's and on one of Node's. */
let answer: (res: http.ServerResponse) => void;
const left: boolean[] = [];
const ports: number[] = [];
const servers = [{ ServerResponse: GatewayResponse }, {}].map((options) => {
  const server = http.createServer({ ...options, keepAliveTimeout: 1000 }, (req, res) => {
    req.resume();
    answer(res);
    left.push(hasLeft(res));
  });
  server.maxRequestsPerSocket = 3;
  return server;
});

beforeAll(async () => {
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
});
afterAll(() => Promise.all(servers.map((server) => new Promise((done) => server.close(done)))));

const undated = (received: string): string => received.replace(/^Date: [^\r]+/gm, 'Date: …');

/** The fields of each answer, in order: both ways say the same, though not always in the same order. */
function heads(received: string): string[][] {
  return undated(received)
    .split(/(?=HTTP\/1\.1 )/)
    .map((one) => one.slice(0, one.indexOf('\r\n\r\n')).split('\r\n').sort());
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CLOSING = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** What both servers answer to the same bytes. */
async function both(bytes: string): Promise<[string, string]> {
  const [own, nodes] = await Promise.all(ports.map((port) => sendRaw(port, bytes)));
  return [own!, nodes!];
}

const name = fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/);
const fields = fc
  .uniqueArray(fc.tuple(name, value), { maxLength: 5, selector: ([one]) => one.toLowerCase() })
  .map((all) => all.flat());
const status = fc.constantFrom(200, 201, 204, 205, 302, 304, 404, 429, 503, 599);

describe('an answer that is whole', () => {
  it('has the bytes that Node gives it, first, in the middle and last on its connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        status,
        fields,
        fields,
        fc.string({ unit: 'binary', maxLength: 300 }),
        async (code, first, more, body) => {
          answer = (res) => sendWhole(res, new AnswerHead(code, first), more, body);
          const [own, nodes] = await both(GET + GET + CLOSING);
          expect(undated(own)).toBe(undated(nodes));
          expect(own.split('HTTP/1.1 ').length - 1).toBe(3);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['HEAD', `HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${CLOSING}`],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['HTTP/1.0 that keeps its connection', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n'],
    ['as many requests as a connection may have', GET + GET + GET],
    ['a body', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde${CLOSING}`],
    ['Expect', `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde${CLOSING}`],
  ])('is the same as Node gives it to a request with %s', async (_what, bytes) => {
    answer = (res) => sendWhole(res, new AnswerHead(200, ['A', 'b']), ['C', 'd'], Buffer.from('{"e":"é"}'));
    const [own, nodes] = await both(bytes);
    expect(undated(own)).toBe(undated(nodes));
    expect(own).toContain('Content-Length: 10');
  });

  it('has left when the call returns, and tells its end', async () => {
    left.length = 0;
    const ends: string[] = [];
    answer = (res) => {
      res.on('finish', () => ends.push('finish')).on('close', () => ends.push('close'));
      sendWhole(res, new AnswerHead(200, []), [], 'x');
      expect([res.headersSent, res.writableEnded, res.statusCode]).toEqual([true, true, 200]);
    };
    await sendRaw(ports[0]!, GET + CLOSING);
    // The second waited for the first one.
    expect(left).toEqual([true, false]);
    expect(ends).toEqual(['finish', 'close', 'finish', 'close']);
  });

  it('waits for the answer before it on its connection', async () => {
    let first: http.ServerResponse | null = null;
    answer = (res) => {
      if (first === null) first = res;
      else {
        sendWhole(res, new AnswerHead(200, []), [], 'second');
        sendWhole(first, new AnswerHead(200, []), [], 'first');
      }
    };
    const received = await sendRaw(ports[0]!, GET + GET, /second/);
    expect(received.indexOf('first')).toBeGreaterThan(0);
    expect(received.indexOf('first')).toBeLessThan(received.indexOf('second'));
  });

  it('cannot be split by a field', () => {
    const res = new GatewayResponse(
      new http.IncomingMessage(connect({ port: ports[0]!, host: '127.0.0.1' }).destroy()),
    );
    for (const bad of ['a\r\nSet-Cookie: x=1', 'a\nb', 'a\0', 'Ā']) {
      expect(() => sendWhole(res, new AnswerHead(200, []), ['A', bad], '')).toThrow(/Invalid character/);
    }
    expect(() => sendWhole(res, new AnswerHead(200, []), ['A b', 'c'], '')).toThrow(/valid HTTP token/);
  });

  it("keeps fields that were set before, and goes Node's way with them", async () => {
    answer = (res) => {
      res.setHeader('X-Before', 'yes');
      sendWhole(res, new AnswerHead(200, ['A', 'b']), [], 'x');
    };
    const [own, nodes] = await both(CLOSING);
    expect(heads(own)).toEqual(heads(nodes));
    expect(own).toContain('X-Before: yes');
  });

  it('of more bytes than are worth copying comes whole, too', async () => {
    const body = Buffer.alloc(100_000, 'ä');
    answer = (res) => sendWhole(res, new AnswerHead(200, []), [], body);
    const received = await sendRaw(ports[0]!, CLOSING);
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body.toString('latin1'));
  });
});

describe('an answer of a service that came whole', () => {
  it('keeps its fields, repeated ones and its Date', async () => {
    const service = [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'date',
      'Tue, 24 Nov 2026 08:00:00 GMT',
      'Content-Length',
      '4',
    ];
    answer = (res) => {
      if (!relayWhole(res, 202, 'Very well', service, Buffer.from([0, 0xc3, 0xff, 10]))) res.destroy();
    };
    const received = await sendRaw(ports[0]!, GET, /\r\n\r\n.{4}$/s);
    expect(received).toBe(
      `HTTP/1.1 202 Very well\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ndate: Tue, 24 Nov 2026 08:00:00 GMT\r\nContent-Length: 4\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1, max=3\r\n\r\n\0\xc3\xff\n`,
    );
  });

  it("is left to Node where it is no answer of the gateway's own server", async () => {
    const taken: boolean[] = [];
    answer = (res) => {
      taken.push(relayWhole(res, 200, '', ['Content-Length', '1'], Buffer.from('x')));
      if (!res.headersSent) res.end();
    };
    await both(CLOSING);
    await sendRaw(ports[0]!, GET, /x$/);
    expect(taken).toEqual([false, false, true]);
  });
});
