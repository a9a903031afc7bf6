import { afterEach, describe, expect, it } from '@jest/globals';
import { turns } from '../proxy/raw-upstream.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { GET, isClosed, OK, wireKit } from './wire-kit.js';

const { serve, towards, ask, closeAll } = wireKit();
afterEach(closeAll);

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
