import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/kernel/clock.js';
import { refusingUrl, turns } from '../proxy/raw-upstream.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { Asking, isClosed, OK, wireKit } from './wire-kit.js';

const { serve, hold, towards, ask, closeAll } = wireKit();
afterEach(closeAll);

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
