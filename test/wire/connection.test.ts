import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { turns } from '../proxy/raw-upstream.js';
import { until } from '../support/until.js';
import { Asking, isClosed, OK, wireKit } from './wire-kit.js';

const { serve, hold, towards, ask, closeAll } = wireKit();
afterEach(closeAll);

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
