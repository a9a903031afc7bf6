import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type RequestBody, readSmallBody } from '../../src/proxy/body.js';
import { GatewayRequest } from '../../src/proxy/gateway-request.js';
import { UploadTooLargeError } from '../../src/proxy/large-body.js';
import { until } from '../support/until.js';
import { client, exchange, gateway } from './gateway.js';
import { type RawUpstream, rawUpstream, turns, upstreamFor } from './raw-upstream.js';
import { RecordingSink } from './recording-sink.js';

const LIMIT_BYTES = 10;
const MAX_BYTES = 2_000_000;
const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n';

function chunked(...chunks: string[]): string {
  return `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks.map((c) => `${c.length.toString(16)}\r\n${c}\r\n`).join('')}`;
}

/** The body of a chunked message. */
function dechunked(message: string): string {
  let body = '';
  let at = message.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = message.indexOf('\r\n', at);
    const size = Number.parseInt(message.slice(at, lineEnd), 16);
    if (size === 0) return body;
    body += message.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

describe.each([
  ['a request of the gateway', { IncomingMessage: GatewayRequest }],
  ["a request of somebody's own server", {}],
])('readSmallBody of %s', (_, kind) => {
  const open: Array<{ close(): Promise<void> }> = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  type Then = (body: RequestBody, request: IncomingMessage, response: ServerResponse) => void;
  const front = async (then: Then): Promise<number> => {
    const server = await gateway((request, response) => {
      readSmallBody(request, LIMIT_BYTES, MAX_BYTES, (body) => then(body, request, response));
    }, kind);
    open.push(server);
    return server.port;
  };
  const told = (text: string): Promise<string> =>
    front((body, _, response) => {
      if (body.kind === 'large') body.body.destroy();
      response.end(body.kind === 'small' ? `small:${body.body.toString()}` : body.kind);
    }).then((port) => exchange(port, text));
  const serve = async (onRequest: Parameters<typeof rawUpstream>[0]): Promise<RawUpstream> => {
    const raw = await rawUpstream(onRequest);
    open.push(raw);
    return raw;
  };
  /** A gateway that hands whatever body it gets over to `raw`. */
  const passing = async (raw: RawUpstream, sink: RecordingSink, headers: string[] = []): Promise<number> => {
    const upstream = upstreamFor([raw.url]);
    open.push({ close: async () => upstream.destroy() });
    return front((body, _, response) => {
      if (body.kind !== 'large') throw new Error(body.kind);
      upstream.dispatch({ method: 'POST', path: '/', headers, body: body.body }, sink);
      void sink.closed.then(() => response.end(`done ${sink.status}`));
    });
  };

  it('reads what is small, whether its length was declared or not', async () => {
    expect(await told(`${HEAD}\r\n`)).toMatch(/small:\r\n|small:$/);
    expect(await told(`${HEAD}Content-Length: 0\r\n\r\n`)).toMatch(/small:$/);
    expect(await told(`${HEAD}Content-Length: 10\r\n\r\n0123456789`)).toMatch(/small:0123456789$/);
    expect(await told(`${chunked('01234', '56789')}0\r\n\r\n`)).toMatch(/small:0123456789$/);
  });

  it('tells large from too large by the declared length, without waiting for a byte', async () => {
    expect(await told(`${HEAD}Content-Length: 11\r\n\r\n`)).toMatch(/large$/);
    expect(await told(`${HEAD}Content-Length: ${MAX_BYTES + 1}\r\n\r\n`)).toMatch(/too-large$/);
  });

  it('says when the client broke off', async () => {
    let outcome: RequestBody | undefined;
    const port = await front((body) => {
      outcome = body;
    });
    const socket = client(port, `${HEAD}Content-Length: 5\r\n\r\nab`);
    await once(socket, 'connect');
    await turns(5);
    socket.destroy();
    await until(() => outcome !== undefined);
    expect(outcome).toEqual({ kind: 'aborted' });
  });

  it('puts back what was read and streams the rest, byte for byte', async () => {
    const parts = Array.from({ length: 60 }, (_, n) => String(n % 10).repeat(20_000));
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    const port = await passing(raw, sink);
    const got = exchange(port, `${chunked('abc', '01234567890', ...parts)}0\r\n\r\n`);
    await until(() => raw.received().endsWith('\r\n0\r\n\r\n'));
    raw.sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect(await got).toContain('done 200');
    expect(dechunked(raw.received()) === `abc01234567890${parts.join('')}`).toBe(true);
  });

  it('keeps a declared length on the way', async () => {
    const raw = await serve((socket) => {
      if (raw.received().endsWith('x'.repeat(20))) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const sink = new RecordingSink();
    const port = await passing(raw, sink, ['Content-Length', '20']);
    expect(await exchange(port, `${HEAD}Content-Length: 20\r\n\r\n${'x'.repeat(20)}`)).toContain('done 200');
    expect(raw.received()).toMatch(/content-length: 20\r\n/i);
    expect(raw.received()).not.toMatch(/transfer-encoding/i);
  });

  it('destroys the upload when the client breaks off, and does not blame the upstream', async () => {
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    const socket = client(await passing(raw, sink), chunked('x'.repeat(20)));
    await until(() => raw.received().includes('x'.repeat(20)));
    socket.destroy();
    expect(await sink.closed).toMatchObject({ kind: 'aborted', outcome: 'unknown' });
    await until(() => raw.sockets[0]!.destroyed || raw.sockets[0]!.readableEnded);
  });

  it('blames the upstream when it is the upstream that resets an upload', async () => {
    const raw = await serve((socket) => socket.resetAndDestroy());
    const sink = new RecordingSink();
    const socket = client(await passing(raw, sink), chunked('x'.repeat(20)));
    expect(await sink.closed).toMatchObject({ kind: 'unavailable', outcome: 'unknown' });
    socket.destroy();
  });

  it('stops an upload of unknown length at the maximum', async () => {
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    const socket = client(await passing(raw, sink), chunked('x'.repeat(20), 'y'.repeat(MAX_BYTES)));
    const fault = await sink.closed;
    expect(fault).toMatchObject({ kind: 'aborted' });
    expect(fault?.cause).toBeInstanceOf(UploadTooLargeError);
    expect(raw.received().length).toBeLessThan(MAX_BYTES);
    socket.destroy();
  });

  it('holds the client up while nobody takes the body', async () => {
    let body: Readable | undefined;
    const server = await gateway((request) => {
      readSmallBody(request, LIMIT_BYTES, 100_000_000, (read) => {
        if (read.kind === 'large') body = read.body;
      });
    }, kind);
    open.push(server);
    const socket = client(server.port, `${HEAD}Content-Length: 50000000\r\n\r\n`);
    socket.write(Buffer.alloc(50_000_000));
    await until(() => body !== undefined);
    // The first byte is read off: a stream starts to read ahead when it is asked.
    let bytes = (body!.read(1) as Buffer | null)?.length ?? 0;
    await until(() => body!.readableLength > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(body!.readableLength).toBeLessThan(256 * 1024);
    expect(socket.writableLength).toBeGreaterThan(0);
    for await (const chunk of body!) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(50_000_000);
    socket.destroy();
  });

  it('lets an answer given before the end of the upload through to the client', async () => {
    const raw = await serve((socket) => socket.write('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n'));
    const sink = new RecordingSink();
    const port = await passing(raw, sink);
    const socket = client(port, chunked('x'.repeat(20)));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    await until(() => got.includes('done 413'));
    socket.destroy();
  });
});
