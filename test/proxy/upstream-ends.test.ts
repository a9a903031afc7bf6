/** Claims that end before their answer does: by time, or because their client has left. */
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/kernel/clock.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { turns, upstreamFor } from './raw-upstream.js';
import { RecordingSink } from './recording-sink.js';
import { CLAIM, OK, upstreamKit } from './upstream-kit.js';

describe('Upstream: time-outs and aborts', () => {
  const { serve, towards, claim, closeAll } = upstreamKit();
  afterEach(closeAll);

  it('times out with an unknown outcome once the request is written, and closes the connection', async () => {
    const clock = new FakeClock();
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    towards(upstreamFor([raw.url], 2000, clock)).dispatch(CLAIM, sink);
    await until(() => raw.received() !== '');
    await clock.advance(1999);
    expect(sink.terminals).toBe(0);
    await clock.advance(1);
    expect(sink.faulted).toMatchObject({ kind: 'timeout', outcome: 'unknown', afterHead: false });
    await until(() => raw.sockets[0]!.destroyed || raw.sockets[0]!.readableEnded);
  });

  it('prefers an answer that is there already to a timer that fires late', async () => {
    const timers: Array<() => void> = [];
    const turn: Array<() => void> = [];
    const clock: Clock = {
      wallMs: () => 0,
      monotonicUs: () => 0,
      after: (_, run) => {
        timers.push(run);
        return { cancel: () => {} };
      },
      afterTurn: (run) => turn.push(run),
    };
    const raw = await serve((socket) => socket.write(OK));
    const sink = new RecordingSink();
    towards(upstreamFor([raw.url], 2000, clock)).dispatch(CLAIM, sink);
    for (const fire of timers.slice(0, 1)) fire();
    expect(sink.terminals).toBe(0);
    expect(await sink.closed).toBeNull();
    for (const run of turn) run();
    expect(sink).toMatchObject({ status: 200, terminals: 1 });
    expect(turn).toHaveLength(1);
  });

  it('times out in the middle of an answer', async () => {
    const clock = new FakeClock();
    const raw = await serve((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
    const sink = new RecordingSink();
    towards(upstreamFor([raw.url], 2000, clock)).dispatch(CLAIM, sink);
    await until(() => sink.body === 'abc');
    await clock.advance(2000);
    expect(sink.faulted).toMatchObject({ kind: 'timeout', outcome: 'unknown', afterHead: true });
  });

  it('sends nothing of a request that is aborted before it has a connection, and keeps the connection', async () => {
    const raw = await serve((socket) => socket.write(OK));
    const upstream = towards(upstreamFor([raw.url]));
    const sink = new RecordingSink();
    const handover = upstream.dispatch(CLAIM, sink);
    await turns(1);
    handover.abort();
    expect(sink.faulted).toMatchObject({ kind: 'aborted', outcome: 'not-sent' });
    await until(() => raw.sockets.length === 1);
    await turns(2);
    expect(raw.sockets[0]).toMatchObject({ destroyed: false, readableEnded: false });
    expect((await claim(upstream, { ...CLAIM, path: '/next' })).status).toBe(200);
    expect(raw.sockets).toHaveLength(1);
    expect(raw.received()).toMatch(/^POST \/next/);
    expect(sink.terminals).toBe(1);
  });

  it('says of a request aborted after it was written that its outcome is unknown', async () => {
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    const handover = towards(upstreamFor([raw.url])).dispatch(CLAIM, sink);
    await until(() => raw.received() !== '');
    handover.abort();
    handover.abort();
    expect(sink.faulted).toMatchObject({ kind: 'aborted', outcome: 'unknown' });
    expect(sink.terminals).toBe(1);
  });

  it('says nothing was sent of a streamed body that never began', async () => {
    const clock = new FakeClock();
    const raw = await serve(() => {});
    const sink = new RecordingSink();
    const body = new PassThrough();
    towards(upstreamFor([raw.url], 2000, clock)).dispatch({ ...CLAIM, body }, sink);
    await until(() => raw.sockets.length === 1);
    await turns(1);
    await clock.advance(2000);
    expect(sink.faulted).toMatchObject({ kind: 'timeout', outcome: 'not-sent' });
    expect(body.destroyed).toBe(true);
    expect(raw.received()).toBe('');
  });
});
