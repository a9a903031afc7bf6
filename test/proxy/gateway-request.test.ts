import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readSmallBody } from '../../src/proxy/body.js';
import { type BodyTaker, GatewayRequest } from '../../src/proxy/gateway-request.js';
import { until } from '../support/until.js';

const POST = (body: string, declared = body.length): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${declared}\r\n\r\n${body}`;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Keeps what it is told. */
class Heard implements BodyTaker {
  readonly chunks: string[] = [];
  ends = 0;
  breaks = 0;
  take(chunk: Buffer): void {
    this.chunks.push(chunk.toString());
  }
  end(): void {
    this.ends++;
  }
  broken(): void {
    this.breaks++;
  }
}

describe('requests of the gateway', () => {
  const open: Array<() => void> = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

  type Serve = (request: GatewayRequest, response: http.ServerResponse) => void;

  /** A connection to a server of theirs. */
  async function serving(serve: Serve): Promise<{ socket: Socket; received: () => string }> {
    const server = http.createServer({ IncomingMessage: GatewayRequest }, serve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    open.push(() => {
      socket.destroy();
      server.closeAllConnections();
      server.close();
    });
    return { socket, received: () => text };
  }

  const answers = (received: string): number => received.split('HTTP/1.1 200').length - 1;

  it('give a body to its taker, in the event that brings the last of it', async () => {
    const heard = new Heard();
    let closed = false;
    const { socket, received } = await serving((request, response) => {
      expect(request.takeBody(heard)).toBe(true);
      request.socket.on('close', () => {
        closed = true;
      });
      response.end('x');
    });
    socket.write(POST('hello'));
    await until(() => answers(received()) === 1 && heard.ends === 1);
    socket.destroy();
    await until(() => closed);
    expect([heard.chunks.join(''), heard.ends, heard.breaks]).toEqual(['hello', 1, 0]);
  });

  it('say once that a client broke off', async () => {
    const heard = new Heard();
    const { socket } = await serving((request) => void request.takeBody(heard));
    socket.write(POST('ab', 5));
    await until(() => heard.chunks.length === 1);
    socket.destroy();
    await until(() => heard.breaks > 0);
    expect([heard.chunks.join(''), heard.ends, heard.breaks]).toEqual(['ab', 0, 1]);
  });

  it('leave to the stream what came before anybody took it', async () => {
    const bodies: string[] = [];
    const { socket, received } = await serving((request, response) => {
      setImmediate(() => {
        expect(request.takeBody(new Heard())).toBe(false);
        readSmallBody(request, 100, 100, (body) => {
          bodies.push(body.kind === 'small' ? body.body.toString() : body.kind);
          response.end('x');
        });
      });
    });
    for (const text of ['late', '', 'x'.repeat(101)]) {
      const before = bodies.length;
      socket.write(POST(text));
      await until(() => bodies.length === before + 1 && answers(received()) === before + 1);
    }
    expect(bodies).toEqual(['late', '', 'too-large']);
  });

  it.each([
    ['none', GET],
    ['one that came with it', POST('hello')],
    ['one in two pieces', POST('he', 5)],
    ['one in chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['one larger than a stream takes', POST('y'.repeat(300_000))],
  ])('that are answered with their body unread, %s, are followed by others', async (_, first) => {
    const events: string[] = [];
    const { socket, received } = await serving((request, response) => {
      events.push(request.method!);
      response.end('x');
    });
    socket.write(first);
    await until(() => answers(received()) === 1);
    if (first.endsWith('he')) socket.write('llo');
    if (first.endsWith('hello\r\n')) socket.write('0\r\n\r\n');
    socket.write(GET + GET);
    await until(() => answers(received()) === 3);
    expect(events).toEqual([first.slice(0, first.indexOf(' ')), 'GET', 'GET']);
  });

  it('are let go by their connection once they are answered', async () => {
    const parsers: Array<() => unknown> = [];
    const { socket, received } = await serving((request, response) => {
      const { parser } = request.socket as unknown as { parser: { incoming: unknown } };
      parsers.push(() => parser.incoming);
      response.end('x');
    });
    for (const one of [GET, POST('hello')]) {
      const before = answers(received());
      socket.write(one);
      await until(() => answers(received()) === before + 1);
      expect(parsers.at(-1)!()).toBeNull();
    }
  });

  it('are still read to their end by a taker, when they are answered before it', async () => {
    const heard = new Heard();
    const { socket, received } = await serving((request, response) => {
      if (request.method === 'POST') request.takeBody(heard);
      response.end('x');
    });
    socket.write(POST('ab', 5));
    await until(() => answers(received()) === 1);
    socket.write(`cde${GET}`);
    await until(() => answers(received()) === 2);
    expect([heard.chunks.join(''), heard.ends]).toEqual(['abcde', 1]);
  });
});
