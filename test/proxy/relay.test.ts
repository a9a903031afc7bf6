import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BUFFER_BYTES, Relay, type RelayResult } from '../../src/proxy/relay.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { client, exchange, gateway } from './gateway.js';
import { type RawUpstream, rawUpstream, upstreamFor } from './raw-upstream.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const BIG_BYTES = 8 * 1024 * 1024;

describe('Relay', () => {
  const open: Array<{ close(): Promise<void> }> = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  interface Setting {
    readonly answer: (socket: Socket) => void;
    readonly keepRunning?: boolean;
    readonly extraHeaders?: string[];
    readonly method?: string;
    readonly prepare?: (response: ServerResponse) => void;
    readonly clock?: FakeClock;
  }
  const stage = async (setting: Setting): Promise<{ raw: RawUpstream; port: number; result: Promise<RelayResult> }> => {
    const raw = await rawUpstream(setting.answer);
    const upstream = upstreamFor([raw.url], 5000, setting.clock);
    let settle: (result: RelayResult) => void;
    const result = new Promise<RelayResult>((resolve) => {
      settle = resolve;
    });
    const front = await gateway((_, response) => {
      setting.prepare?.(response);
      const { keepRunning = false, extraHeaders = [], method = 'GET' } = setting;
      const relay = new Relay(response, { keepRunning, extraHeaders }, (outcome) => {
        if (outcome.kind === 'fault' && !outcome.begun && !outcome.clientGone) response.writeHead(502).end('ours');
        settle(outcome);
      });
      upstream.dispatch({ method, path: '/', headers: [], body: null }, relay);
    });
    open.push(raw, { close: async () => upstream.destroy() }, front);
    return { raw, port: front.port, result };
  };
  const says = (bytes: string) => (socket: Socket) => {
    socket.write(bytes, 'latin1');
  };

  it('passes status, reason, fields and bytes, and adds ours', async () => {
    const { port, result } = await stage({
      answer: says(
        'HTTP/1.1 299 Quite Fine\r\nContent-Length: 3\r\nSet-Cookie: a\r\nX: caf\xe9\r\nSet-Cookie: b\r\n\r\n\xff\x00z',
      ),
      extraHeaders: ['RateLimit', '"x";r=1'],
    });
    const got = await exchange(port, GET);
    expect(got).toMatch(/^HTTP\/1\.1 299 Quite Fine\r\n/);
    expect(got).toMatch(/Set-Cookie: a\r\n(.*\r\n)*Set-Cookie: b\r\n/);
    expect(got).toContain('X: caf\xe9\r\n');
    expect(got).toContain('RateLimit: "x";r=1\r\n');
    expect(got.endsWith('\r\n\r\n\xff\x00z')).toBe(true);
    expect(await result).toEqual({ kind: 'answered', status: 299, bodyBytes: 3, clientGone: false });
  });

  it('keeps every Set-Cookie where fields had been set on the response before', async () => {
    const { port } = await stage({
      answer: says('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nSet-Cookie: c\r\n\r\n'),
      prepare: (response) => response.setHeader('Access-Control-Allow-Origin', 'https://shop.example'),
    });
    const got = await exchange(port, GET);
    expect(got.match(/Set-Cookie: .\r\n/g)).toEqual(['Set-Cookie: a\r\n', 'Set-Cookie: b\r\n', 'Set-Cookie: c\r\n']);
    expect(got).toContain('Access-Control-Allow-Origin: https://shop.example\r\n');
  });

  it('passes chunked answers, empty answers and answers to HEAD', async () => {
    const chunked = await stage({
      answer: says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'),
    });
    expect(await exchange(chunked.port, GET)).toMatch(/2\r\nab\r\n1\r\nc\r\n0\r\n\r\n$/);
    const empty = await stage({ answer: says('HTTP/1.1 204 No Content\r\n\r\n') });
    expect(await exchange(empty.port, GET)).toMatch(/^HTTP\/1\.1 204 No Content\r\n[\s\S]*\r\n\r\n$/);
    const head = await stage({ answer: says('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'), method: 'HEAD' });
    expect(await exchange(head.port, GET.replace('GET', 'HEAD'))).toMatch(/Content-Length: 9\r\n[\s\S]*\r\n\r\n$/);
  });

  it('leaves an answer that broke off before its body began to the caller', async () => {
    const { port, result } = await stage({
      answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'),
    });
    expect(await exchange(port, GET)).toMatch(/^HTTP\/1\.1 502 [\s\S]*ours/);
    expect(await result).toMatchObject({ kind: 'fault', begun: false, fault: { kind: 'invalid', afterHead: true } });
  });

  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('never makes half an answer %s look complete', async (_, bytes) => {
    const { port, result } = await stage({ answer: (socket) => socket.end(bytes) });
    const got = await exchange(port, GET);
    expect(got).not.toMatch(/0\r\n\r\n$/);
    expect(got.length === 0 || !got.includes('ours')).toBe(true);
    expect(await result).toMatchObject({ kind: 'fault', begun: true, clientGone: false });
  });

  it('knows the outcome before a slow client has read an answer that fits the buffer', async () => {
    const body = 'x'.repeat(BUFFER_BYTES / 2);
    const { port, result } = await stage({
      answer: says(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    });
    const socket = client(port, GET).pause();
    expect(await result).toMatchObject({ kind: 'answered', bodyBytes: body.length });
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.resume();
    await once(socket, 'close');
    expect(bytes).toBeGreaterThan(body.length);
  });

  /** The service pushes as much as it is let, and counts what its socket took. */
  const pouring = (socket: Socket): void => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BIG_BYTES}\r\n\r\n`);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let left = BIG_BYTES;
    const pour = (): void => {
      while (left > 0) {
        left -= chunk.length;
        if (!socket.write(chunk)) {
          socket.once('drain', pour);
          return;
        }
      }
    };
    pour();
  };

  it('holds the upstream up for a client that does not read, and delivers every byte once it does', async () => {
    let response: ServerResponse | undefined;
    const { port, result } = await stage({
      answer: pouring,
      prepare: (one) => {
        response = one;
      },
    });
    const socket = client(port, GET).pause();
    await until(() => (response?.writableLength ?? 0) > BUFFER_BYTES);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(response!.writableLength).toBeLessThan(BUFFER_BYTES + 128 * 1024);
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.resume();
    await once(socket, 'close');
    expect(bytes).toBeGreaterThanOrEqual(BIG_BYTES);
    expect(await result).toMatchObject({ kind: 'answered', bodyBytes: BIG_BYTES });
  });

  it('says when a time-out was the doing of a client that did not read', async () => {
    const clock = new FakeClock();
    let response: ServerResponse | undefined;
    const { port, result } = await stage({
      answer: pouring,
      clock,
      prepare: (one) => {
        response = one;
      },
    });
    client(port, GET).pause();
    await until(() => (response?.writableLength ?? 0) > BUFFER_BYTES);
    await clock.advance(5000);
    expect(await result).toMatchObject({ kind: 'fault', stalled: true, begun: true, fault: { kind: 'timeout' } });
  });

  it('aborts at the upstream when the client goes away', async () => {
    const { raw, port, result } = await stage({ answer: says('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc') });
    const socket = client(port, GET);
    await once(socket, 'data');
    socket.destroy();
    expect(await result).toMatchObject({
      kind: 'fault',
      clientGone: true,
      fault: { kind: 'aborted', outcome: 'unknown' },
    });
    await until(() => raw.sockets[0]!.destroyed || raw.sockets[0]!.readableEnded);
  });

  it('takes the whole answer in when told to, though the client has gone away', async () => {
    let late: (() => void) | undefined;
    const { port, result } = await stage({
      answer: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BIG_BYTES + 3}\r\n\r\nabc`);
        late = () => socket.write(Buffer.alloc(BIG_BYTES));
      },
      keepRunning: true,
      prepare: (response) => response.once('close', () => late?.()),
    });
    const socket = client(port, GET);
    await once(socket, 'data');
    socket.destroy();
    expect(await result).toEqual({ kind: 'answered', status: 200, bodyBytes: BIG_BYTES + 3, clientGone: true });
  });

  it('lets the upstream go on when the client it was held up for goes away', async () => {
    let response: ServerResponse | undefined;
    const { port, result } = await stage({
      answer: pouring,
      keepRunning: true,
      prepare: (one) => {
        response = one;
      },
    });
    const socket = client(port, GET).pause();
    await until(() => (response?.writableLength ?? 0) > BUFFER_BYTES);
    socket.destroy();
    expect(await result).toMatchObject({ kind: 'answered', bodyBytes: BIG_BYTES, clientGone: true });
  });
});
