import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/kernel/clock.js';
import { refusingUrl, turns } from '../proxy/raw-upstream.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { Asking, GET, OK, wireKit } from './wire-kit.js';

const { serve, hold, towards, ask, closeAll } = wireKit();
afterEach(closeAll);

const isClosed = (socket: Socket): boolean => socket.destroyed || socket.readableEnded;

describe('Connections: who goes where', () => {
  it('writes requests in the order in which they came, on no more connections than it may have', async () => {
    const { raw, held: open } = await hold();
    const connections = towards(raw.url, { most: 2 });
    const asked = ['/0', '/1', '/2', '/3', '/4'].map((path) => ask(connections, { path }));
    const paths = (): string[] => raw.received().match(/\/\d(?= HTTP)/g) ?? [];
    for (let answered = 0; answered < 5; answered++) {
      await until(() => paths().length === Math.min(5, answered + 2));
      await turns(5);
      expect(paths()).toHaveLength(Math.min(5, answered + 2));
      open[answered]!.write(OK);
      expect(await asked[answered]!.over).toBeNull();
    }
    expect(paths().slice(2)).toEqual(['/2', '/3', '/4']);
    expect(paths().slice(0, 2).sort()).toEqual(['/0', '/1']);
    expect(raw.sockets).toHaveLength(2);
  });

  it('takes the connection that was used last', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url);
    await Promise.all([1, 2, 3].map(() => ask(connections).over));
    await turns(2);
    const before = raw.sockets.map(({ bytesRead }) => bytesRead);
    for (let i = 0; i < 4; i++) {
      await ask(connections).over;
      await turns(2);
    }
    expect(raw.sockets.filter(({ bytesRead }, at) => bytesRead > before[at]!)).toHaveLength(1);
  });

  it('gives the next one a connection whose first had changed its mind', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url, { most: 1 });
    const [idle, next] = [new Asking(), new Asking()];
    idle.departing = false;
    ask(connections, { path: '/idle' }, idle);
    ask(connections, { path: '/next' }, next);
    expect(await next.over).toBeNull();
    expect(raw.received()).toMatch(/^GET \/next HTTP/);
    expect(raw.received()).not.toContain('/idle');
    expect(idle.isOver).toBe(false);
  });

  it('tells one request of each opening that fails, the oldest first', async () => {
    const connections = towards(await refusingUrl());
    const order: number[] = [];
    const asked = [0, 1, 2].map((n) => {
      const asking = ask(connections);
      void asking.over.then(() => order.push(n));
      return asking;
    });
    for (const { over } of asked) expect(await over).toMatchObject({ kind: 'unconnected', detail: /ECONNREFUSED/ });
    await turns(1);
    expect(order).toEqual([0, 1, 2]);
  });

  it('gives up an opening that takes too long', async () => {
    const clock = new FakeClock();
    const raw = await serve(() => {});
    const connections = towards(raw.url.replace('http', 'https'), { connectMs: 300, clock });
    const asking = ask(connections);
    await until(() => raw.sockets.length === 1);
    await clock.advance(299);
    expect(asking.isOver).toBe(false);
    await clock.advance(1);
    expect(await asking.over).toMatchObject({ kind: 'unconnected', detail: 'no connection within 300 ms' });
    await until(() => isClosed(raw.sockets[0]!));
  });

  it('prefers a connection that stands to a timer that fires late', async () => {
    const turn: Array<() => void> = [];
    let timers = 0;
    const clock: Clock = {
      wallMs: () => 0,
      monotonicUs: () => 0,
      // The first, of the opening, fires before anything of the connection can be heard.
      after: (_, run) => {
        if (timers++ === 0) queueMicrotask(run);
        return { cancel: () => {} };
      },
      afterTurn: (run) => turn.push(run),
    };
    const raw = await serve((socket) => socket.write(OK));
    const asking = ask(towards(raw.url, { clock }));
    expect(await asking.over).toBeNull();
    expect(turn).toHaveLength(1);
    turn[0]!();
    expect(raw.sockets).toHaveLength(1);
    expect(raw.sockets[0]!.destroyed).toBe(false);
  });

  it('tells nobody who is gone already of an opening that fails, and opens none for them', async () => {
    const clock = new FakeClock();
    const raw = await serve(() => {});
    const connections = towards(raw.url.replace('http', 'https'), { most: 2, connectMs: 200, clock });
    const gone = Array.from({ length: 20 }, () => ask(connections));
    const live = ask(connections);
    await until(() => raw.sockets.length === 2);
    for (const one of gone) one.isOver = true;
    await clock.advance(200);
    expect(await live.over).toMatchObject({ kind: 'unconnected' });
    for (const one of [ask(connections), ask(connections)]) one.isOver = true;
    await turns(3);
    expect(raw.sockets).toHaveLength(2);
  });

  it.each([
    ['a path with a blank', { path: '/a b' }],
    ['a path with a line feed', { path: '/a\nb' }],
    ['no path', { path: '' }],
    ['a path beyond a byte', { path: '/\u0100' }],
    ['a method with a blank', { method: 'GET /x' }],
    ['a value with a line feed', { headers: ['X-A', 'a\nb: c'] }],
    ['a value beyond a byte', { headers: ['X-A', '\u0100'] }],
    ['a name with a colon', { headers: ['X-A:', 'a'] }],
    ['a length that is none', { headers: ['Content-Length', '3, 3'], body: Readable.from(['abc']) }],
  ])('writes nothing of a request with %s', async (_, request) => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url);
    expect(await ask(connections, request).over).toMatchObject({ kind: 'unsendable' });
    await turns(3);
    expect(raw.sockets).toHaveLength(0);
  });
});

describe('Connections: which ones are used again', () => {
  it.each([
    ['as long as most servers keep it', '', 1500],
    ['shorter than its server says', 'Keep-Alive: timeout=5\r\n', 3500],
    ['as long as anybody believes', 'Keep-Alive: timeout=86400\r\n', 600_000],
  ])('keeps one that nobody uses %s', async (_, field, keptMs) => {
    const clock = new FakeClock();
    const raw = await serve((socket) => socket.write(OK.replace('Content', `${field}Content`)));
    const connections = towards(raw.url, { clock });
    const askAfter = async (ms: number): Promise<void> => {
      await clock.advance(ms);
      await ask(connections).over;
      await turns(2);
    };
    await askAfter(0);
    await askAfter(keptMs - 1);
    expect(raw.sockets).toHaveLength(1);
    await askAfter(keptMs);
    expect(raw.sockets).toHaveLength(2);
    await until(() => isClosed(raw.sockets[0]!));
    await clock.advance(keptMs + 500);
    await until(() => isClosed(raw.sockets[1]!));
  });

  it.each([
    ['whose server ends it', OK.replace('Content', 'Connection: close\r\nContent'), GET],
    ['whose server keeps it for a second', OK.replace('Content', 'Keep-Alive: timeout=1\r\nContent'), GET],
    ['whose answer had something behind it', `${OK}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`, GET],
    ['whose answer ends with it', 'HTTP/1.1 200 OK\r\n\r\nok', GET],
    ['that carried HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', { ...GET, method: 'HEAD' }],
  ])('does not use one again %s', async (_, answer, request) => {
    const raw = await serve((socket) => {
      socket.write(answer);
      if (answer.endsWith('\r\n\r\nok') && !answer.includes('Content')) socket.end();
    });
    const connections = towards(raw.url);
    for (let sockets = 1; sockets <= 2; sockets++) {
      expect(await ask(connections, request).over).toBeNull();
      await turns(3);
      expect(raw.sockets).toHaveLength(sockets);
    }
    await until(() => isClosed(raw.sockets[0]!));
  });

  it.each([
    ['GET', null, ''],
    ['GET', Buffer.from('abc'), 'content-length: 3\r\n'],
    ['POST', null, 'content-length: 0\r\n'],
  ])('says of %s with the body %p how long it is, where a server has to know', async (method, body, line) => {
    const raw = await serve((socket) => socket.write(OK));
    await ask(towards(raw.url), { method, body }).over;
    const end = `connection: keep-alive\r\n${line}\r\n${body ?? ''}`;
    expect(raw.received().endsWith(end)).toBe(true);
  });

  it('says to a server that HEAD is the last on its connection', async () => {
    const raw = await serve((socket) => socket.write(OK.slice(0, -2)));
    await ask(towards(raw.url), { method: 'HEAD' }).over;
    expect(raw.received()).toMatch(/^HEAD \/ HTTP\/1\.1\r\nhost: [^\r]+\r\nconnection: close\r\n\r\n$/);
  });

  it('takes no unasked word for an answer to the next request', async () => {
    const raw = await serve((socket, text) => socket.write(text.includes('/next') ? OK : OK.replace('ok', 'no')));
    const connections = towards(raw.url);
    await ask(connections).over;
    await turns(2);
    raw.sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno');
    await until(() => isClosed(raw.sockets[0]!));
    const next = ask(connections, { path: '/next' });
    expect(await next.over).toBeNull();
    expect(next.body).toBe('ok');
    expect(raw.sockets).toHaveLength(2);
  });

  it.each(['end', 'resetAndDestroy'] as const)(
    'writes nothing to one that meets its %s in the same turn',
    async (how) => {
      const raw = await serve((socket) => socket.write(OK));
      const connections = towards(raw.url);
      for (let round = 1; round <= 20; round++) {
        await ask(connections).over;
        await turns(2);
        const socket = raw.sockets.at(-1)!;
        socket[how]();
        // The end lies in the kernel, or is on its way to this process: what is asked now must not meet it.
        expect(await ask(connections).over).toBeNull();
        expect(raw.sockets).toHaveLength(round + 1);
        await turns(2);
      }
    },
  );
});

describe('Connections: answers', () => {
  it('does not use a connection again that was not read for a while', async () => {
    const { raw, held } = await hold();
    const connections = towards(raw.url);
    const asking = ask(connections);
    asking.wantsMore = false;
    await until(() => held.length === 1);
    held[0]!.write(OK);
    await until(() => asking.body === 'ok');
    held[0]!.write(OK.replace('ok', 'no'));
    await turns(20);
    // As whatever comes from a socket: in the phase of the loop after which requests are written.
    await stat('.');
    asking.carrier!.resume(asking);
    const next = ask(connections);
    expect(await asking.over).toBeNull();
    await until(() => held.length === 2);
    held[1]!.write(OK);
    expect(await next.over).toBeNull();
    expect([next.body, raw.sockets.length]).toEqual(['ok', 2]);
  });

  it('gives no more of an answer than is wanted, and the rest in order', async () => {
    const chunks = ['a', 'b', 'c'].map((text) => `1\r\n${text}\r\n`).join('');
    const raw = await serve((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`),
    );
    const connections = towards(raw.url);
    const asking = new Asking();
    asking.wantsMore = false;
    ask(connections, {}, asking);
    for (const body of ['a', 'ab', 'abc']) {
      await until(() => asking.body === body);
      await turns(5);
      expect([asking.body, asking.isOver]).toEqual([body, false]);
      asking.carrier!.resume(asking);
    }
    expect(await asking.over).toBeNull();
  });

  it('holds a server up that sends more than is wanted', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const raw = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const more = (): void => {
        while (written < total) {
          written += 65_536;
          if (!socket.write(Buffer.alloc(65_536))) return void socket.once('drain', more);
        }
      };
      more();
    });
    const asking = new Asking();
    asking.wantsMore = false;
    ask(towards(raw.url), {}, asking);
    await until(() => asking.body !== '');
    await turns(200);
    expect(written).toBeLessThan(total / 2);
    expect(asking.body.length).toBeLessThanOrEqual(65_536);
    asking.wantsMore = true;
    asking.carrier!.resume(asking);
    expect(await asking.over).toBeNull();
    expect(asking.body).toHaveLength(total);
  }, 60_000);

  it('cuts only the connection that carries the request', async () => {
    const held: Socket[] = [];
    const raw = await serve((socket, text) => void (text.includes('/held') ? held.push(socket) : socket.write(OK)));
    const connections = towards(raw.url, { most: 1 });
    const first = ask(connections);
    await first.over;
    await turns(2);
    const second = ask(connections, { path: '/held' });
    await until(() => held.length === 1);
    first.carrier!.cut(first);
    first.carrier!.resume(first);
    held[0]!.write(OK);
    expect(await second.over).toBeNull();
    expect(raw.sockets).toHaveLength(1);
  });

  it('tells no more of an answer that was cut while it was told', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const asking = ask(towards(raw.url), {}, new Asking((one) => one.carrier!.cut(one)));
    await until(() => raw.sockets[0] !== undefined && isClosed(raw.sockets[0]));
    expect(asking).toMatchObject({ status: 200, body: '', isOver: false });
  });

  it.each([
    ['ends', 'end', 'the connection ended'],
    ['is reset', 'resetAndDestroy', /ECONNRESET/],
  ] as const)('says so when the connection %s before its answer', async (_, how, detail) => {
    const raw = await serve((socket) => socket[how]());
    const matching = detail instanceof RegExp ? expect.stringMatching(detail) : detail;
    expect(await ask(towards(raw.url)).over).toMatchObject({ kind: 'broken', detail: matching });
  });
});

describe('Connections: uploads', () => {
  const upload = (body: Readable, ...headers: string[]) => ({ method: 'POST', headers, body });

  it('writes a body of unknown length in chunks, the head with the first of them', async () => {
    const raw = await serve((socket, text) => void (text.includes('0\r\n\r\n') && socket.write(OK)));
    const body = new PassThrough();
    const asking = ask(towards(raw.url), upload(body));
    await until(() => raw.sockets.length === 1);
    await turns(3);
    expect([raw.received(), asking.isSent]).toEqual(['', false]);
    body.write('abc');
    await until(() => raw.received().includes('abc'));
    expect(asking.isSent).toBe(true);
    body.end('0123456789abcdefg');
    await until(() => raw.received().endsWith('0\r\n\r\n'));
    expect(raw.received().split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
      '3\r\nabc\r\n11\r\n0123456789abcdefg\r\n0\r\n\r\n',
    );
    expect(raw.received()).toContain('\r\ntransfer-encoding: chunked\r\n');
  });

  it('writes an empty body as one', async () => {
    const raw = await serve((socket) => socket.write(OK));
    expect(await ask(towards(raw.url), upload(new PassThrough().end())).over).toBeNull();
    expect(raw.received()).toMatch(/transfer-encoding: chunked\r\n\r\n0\r\n\r\n$/);
  });

  it('writes a body as long as announced, and uses its connection again', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url);
    const asking = ask(connections, upload(new PassThrough().end('abc'), 'Content-Length', '3'));
    expect(await asking.over).toBeNull();
    expect(raw.received()).toMatch(/\r\nContent-Length: 3\r\n\r\nabc$/);
    await turns(2);
    await ask(connections).over;
    expect(raw.sockets).toHaveLength(1);
  });

  it('uses a connection again when all that was announced has left, though nobody said that this was all', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url);
    const body = new PassThrough();
    const asking = ask(connections, upload(body, 'Content-Length', '3'));
    body.write('abc');
    expect(await asking.over).toBeNull();
    await turns(2);
    await ask(connections).over;
    expect(raw.sockets).toHaveLength(1);
  });

  it.each([
    ['longer', 'abcd', 'the body is longer than announced'],
    ['shorter', 'ab', 'the body is shorter than announced'],
  ])('cuts a body that is %s than announced', async (_, content, detail) => {
    const raw = await serve(() => {});
    const asking = ask(towards(raw.url), upload(new PassThrough().end(content), 'Content-Length', '3'));
    expect(await asking.over).toMatchObject({ kind: 'broken', detail });
    expect(raw.received()).not.toContain('abcd');
    await until(() => isClosed(raw.sockets[0]!));
  });

  it('cuts a body that breaks off', async () => {
    const raw = await serve(() => {});
    const body = new PassThrough();
    const asking = ask(towards(raw.url), upload(body));
    body.write('abc');
    await until(() => raw.received().includes('abc'));
    body.destroy();
    expect(await asking.over).toMatchObject({ kind: 'broken', detail: 'the upload broke off' });
    await until(() => isClosed(raw.sockets[0]!));
  });

  it('sends nothing of a body that is broken before it can be written', async () => {
    const raw = await serve(() => {});
    const body = new PassThrough();
    const connections = towards(raw.url);
    const asking = ask(connections, upload(body));
    body.destroy();
    expect(await asking.over).toMatchObject({ kind: 'broken', detail: 'the upload had broken off' });
    expect([raw.received(), asking.isSent]).toEqual(['', false]);
  });

  it('takes nothing for the answer to a body that has not begun', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const connections = towards(raw.url);
    await ask(connections).over;
    await turns(2);
    const body = new PassThrough();
    const asking = ask(connections, upload(body));
    await until(() => asking.carrier !== null);
    raw.sockets[0]!.write(OK.replace('ok', 'no'));
    expect(await asking.over).toMatchObject({ kind: 'broken', detail: 'bytes that answer nothing' });
    expect([asking.isSent, asking.status]).toEqual([false, 0]);
  });

  it('does not use a connection again in which some of a body still waits', async () => {
    const { raw, held } = await hold();
    const connections = towards(raw.url);
    const bytes = 16 * 1024 * 1024;
    const body = new PassThrough();
    const asking = ask(connections, upload(body, 'Content-Length', String(bytes)));
    body.end(Buffer.alloc(bytes));
    await until(() => held.length > 0);
    held[0]!.pause();
    held[0]!.write(OK);
    expect(await asking.over).toBeNull();
    await turns(2);
    const sockets = raw.sockets.length;
    ask(connections, { path: '/next' });
    await until(() => raw.sockets.length === sockets + 1);
  });

  it('takes an answer that comes before the end of the body, and lets the connection go', async () => {
    const raw = await serve((socket) => socket.write(OK.replace('200', '413')));
    const body = new PassThrough();
    const connections = towards(raw.url);
    const asking = ask(connections, upload(body));
    body.write('abc');
    expect(await asking.over).toBeNull();
    expect(asking.status).toBe(413);
    await until(() => isClosed(raw.sockets[0]!));
    expect(body.listenerCount('data')).toBe(0);
  });

  it('reads a body no faster than it can be written', async () => {
    const raw = await serve((socket) => socket.pause());
    const chunk = Buffer.alloc(65_536);
    let read = 0;
    const body = new Readable({
      read() {
        read += chunk.length;
        this.push(read > 64 * 1024 * 1024 ? null : chunk);
      },
    });
    ask(towards(raw.url), upload(body));
    await until(() => read > 0);
    await turns(300);
    expect(read).toBeLessThan(32 * 1024 * 1024);
    body.destroy();
  });
});

describe('Connections: their end', () => {
  it('closes when what is under way is done, and what waits, too', async () => {
    const { raw, held } = await hold();
    const connections = towards(raw.url, { most: 1 });
    const asked = [ask(connections), ask(connections)];
    await until(() => held.length === 1);
    let isClosing = true;
    const closed = connections.close().then(() => {
      isClosing = false;
    });
    expect(await ask(connections).over).toMatchObject({ kind: 'closed' });
    for (let n = 0; n < 2; n++) {
      await until(() => held.length === n + 1);
      expect(isClosing).toBe(true);
      held[n]!.write(OK);
      expect(await asked[n]!.over).toBeNull();
    }
    await closed;
    await until(() => raw.sockets.every(isClosed));
  });

  it('closes when whoever waited for an opening wants it no more, however often it is asked to', async () => {
    const raw = await serve(() => {});
    const connections = towards(raw.url, { clock: new FakeClock() });
    const asking = new Asking();
    asking.departing = false;
    ask(connections, {}, asking);
    await Promise.all([connections.close(), connections.close()]);
    expect(raw.received()).toBe('');
  });

  it('cuts everything when it is destroyed', async () => {
    const { raw, held } = await hold();
    const connections = towards(raw.url, { most: 1 });
    const [written, waiting] = [ask(connections), ask(connections)];
    await until(() => held.length === 1);
    connections.destroy();
    expect(await waiting.over).toMatchObject({ kind: 'closed' });
    expect(await written.over).toMatchObject({ kind: 'broken' });
    await until(() => raw.sockets.every(isClosed));
    await turns(3);
    expect(raw.sockets).toHaveLength(1);
  });
});
