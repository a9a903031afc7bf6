import { PassThrough, Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { turns } from '../proxy/raw-upstream.js';
import { until } from '../support/until.js';
import { isClosed, OK, wireKit } from './wire-kit.js';

const { serve, hold, towards, ask, closeAll } = wireKit();
afterEach(closeAll);

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
