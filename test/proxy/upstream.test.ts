import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Leaver } from '../../src/admission/departures.js';
import { until } from '../support/until.js';
import { refusingUrl, turns, upstreamFor } from './raw-upstream.js';
import { RecordingSink } from './recording-sink.js';
import { CLAIM, OK, upstreamKit } from './upstream-kit.js';

describe('Upstream', () => {
  const { serve, towards, claim, claimMeeting, closeAll } = upstreamKit();
  afterEach(closeAll);

  it('writes the request once, with the target as its host and the length of its body', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const sink = await claim(towards(upstreamFor([raw.url])));
    const host = raw.url.slice('http://'.length);
    expect(raw.received()).toBe(
      `POST /claims?x=1 HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\nContent-Type: application/json\r\ncontent-length: 7\r\n\r\n{"a":1}`,
    );
    expect(sink).toMatchObject({ status: 200, reason: 'Fine', body: 'ok', heads: 1, terminals: 1, faulted: null });
  });

  it.each([
    ['a whole body', () => CLAIM],
    ['a body that streams', () => ({ ...CLAIM, body: new PassThrough().end('{"a":1}') })],
  ])('writes a request once, when it may leave, and on the connection that was there: %s', async (_name, request) => {
    const raw = await serve((socket) => socket.write(OK));
    const sink = new RecordingSink();
    const leavers: Leaver[] = [];
    const mayLeave = (leaver: Leaver): boolean => leavers.push(leaver) === 3;
    towards(upstreamFor([raw.url])).dispatch(request(), sink, mayLeave);
    for (let refused = 1; refused <= 2; refused++) {
      await until(() => leavers.length === refused);
      expect(raw.received()).toBe('');
      leavers.at(-1)!.leave();
    }
    expect(await sink.closed).toBeNull();
    expect(sink.status).toBe(200);
    expect(raw.received().match(/POST/g)).toHaveLength(1);
    expect(raw.received()).toContain('{"a":1}');
    expect(raw.sockets).toHaveLength(1);
  });

  it('keeps a connection for the next request', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const upstream = towards(upstreamFor([raw.url]));
    for (let round = 0; round < 3; round++) {
      await claim(upstream);
      // A used connection serves again a turn later.
      await turns(2);
    }
    expect(raw.sockets).toHaveLength(1);
  });

  it('takes chunked answers and keeps every Set-Cookie in order', async () => {
    const cookies = Array.from({ length: 40 }, (_, n) => `Set-Cookie: c${n}=1\r\n`).join('');
    const sink = await claimMeeting(
      `HTTP/1.1 201 Created\r\n${cookies}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n`,
    );
    expect(sink.body).toBe('abcde');
    expect(sink.values('set-cookie')).toEqual(Array.from({ length: 40 }, (_, n) => `c${n}=1`));
    expect(sink.values('transfer-encoding')).toEqual([]);
  });

  it('takes an answer that ends with its connection', async () => {
    const sink = await claimMeeting('HTTP/1.0 200 OK\r\n\r\nuntil the end', true);
    expect(sink).toMatchObject({ status: 200, body: 'until the end', faulted: null });
  });

  it('ignores what comes before the final answer', async () => {
    const sink = await claimMeeting(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`);
    expect(sink).toMatchObject({ status: 200, heads: 1, body: 'ok' });
    expect(sink.values('link')).toEqual([]);
  });

  it.each([
    ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n'],
    ['a field name with a space', 'HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 0\r\n\r\n'],
    ['a control character in a value', 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n'],
    ['a bare CR in a value', 'HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b=1\r\nContent-Length: 0\r\n\r\n'],
    ['a NUL in a value', 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a head over the bound', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(33_000)}\r\nContent-Length: 0\r\n\r\n`],
  ])('calls %s invalid, with an unknown outcome and no head delivered', async (_, bytes) => {
    const sink = await claimMeeting(bytes);
    expect(sink.faulted).toMatchObject({ kind: 'invalid', outcome: 'unknown', afterHead: false });
    expect(sink).toMatchObject({ heads: 0, terminals: 1 });
  });

  it.each([
    ['a body shorter than declared', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['the same when closing was announced', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nabc'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('calls %s half an answer', async (_, bytes) => {
    const sink = await claimMeeting(bytes, true);
    expect(sink.faulted).toMatchObject({ kind: 'invalid', outcome: 'unknown', afterHead: true });
    expect(sink).toMatchObject({ status: 200, body: 'abc', terminals: 1 });
  });

  it.each([
    ['closed without an answer', ''],
    ['closed in the middle of a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ])('calls a connection %s unavailable, with an unknown outcome', async (_, bytes) => {
    const sink = await claimMeeting(bytes, true);
    expect(sink.faulted).toMatchObject({ kind: 'unavailable', outcome: 'unknown', afterHead: false });
  });

  it('does not repeat a request that met a reset, though there is another target', async () => {
    const first = await serve((socket) => socket.resetAndDestroy());
    const second = await serve((socket) => socket.write(OK));
    const sink = await claim(towards(upstreamFor([first.url, second.url])));
    expect(sink.faulted).toMatchObject({ kind: 'unavailable', outcome: 'unknown' });
    expect(second.received()).toBe('');
  });

  it('says of a refused connection and of an unknown name that nothing was sent', async () => {
    for (const url of [await refusingUrl(), 'http://no-such-host.invalid']) {
      const sink = await claim(towards(upstreamFor([url])));
      expect(sink.faulted).toMatchObject({ kind: 'unavailable', outcome: 'not-sent', afterHead: false });
    }
  });

  it('tries another target once when a connection is refused', async () => {
    const good = await serve((socket) => socket.write(OK));
    const upstream = towards(upstreamFor([await refusingUrl(), good.url]));
    for (let round = 0; round < 4; round++) expect((await claim(upstream)).status).toBe(200);
    const dead = towards(upstreamFor([await refusingUrl(), await refusingUrl(), good.url]));
    expect((await claim(dead)).faulted).toMatchObject({ kind: 'unavailable', outcome: 'not-sent' });
  });

  it('gives up a connection that does not come about, and takes another target in time', async () => {
    const mute = await serve(() => {});
    const good = await serve((socket) => socket.write(OK));
    const sink = await claim(towards(upstreamFor([mute.url.replace('http', 'https'), good.url], 300)));
    expect(sink.status).toBe(200);
  });
});
