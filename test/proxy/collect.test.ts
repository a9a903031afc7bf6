import { afterEach, describe, expect, it } from '@jest/globals';
import { Collect, type Collected } from '../../src/proxy/collect.js';
import type { Upstream } from '../../src/proxy/upstream.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import { rawUpstream, upstreamFor } from './raw-upstream.js';
import { RecordingSink } from './recording-sink.js';

const CLAIM = { method: 'POST', path: '/', headers: [], body: Buffer.from('x') };
const LIMIT_BYTES = 100_000;

describe('Collect', () => {
  const open: Array<{ close(): Promise<void> }> = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const answering = async (body: string, clock?: FakeClock): Promise<Upstream> => {
    const raw = await rawUpstream((socket) =>
      socket.write(`HTTP/1.1 200 Fine\r\nContent-Length: ${body.length}\r\nX-A: 1\r\n\r\n${body}`),
    );
    const upstream = upstreamFor([raw.url], 2000, clock);
    open.push(raw, { close: async () => upstream.destroy() });
    return upstream;
  };
  const collected = (upstream: Upstream, begun: (collect: Collect) => void = () => {}): Promise<Collected> =>
    new Promise((resolve) => {
      const collect = new Collect(LIMIT_BYTES, resolve);
      upstream.dispatch(CLAIM, collect);
      begun(collect);
    });

  it.each([0, 5, LIMIT_BYTES])('takes an answer of %i bytes in whole', async (bytes) => {
    const body = 'x'.repeat(bytes);
    expect(await collected(await answering(body))).toEqual({
      kind: 'answered',
      status: 200,
      reason: 'Fine',
      headers: ['Content-Length', String(bytes), 'X-A', '1'],
      body: Buffer.from(body),
    });
  });

  it('stops at an answer one byte too large, and delivers all of it to the sink it is given', async () => {
    for (const bytes of [LIMIT_BYTES + 1, 3_000_000]) {
      const body = 'xyz'.repeat(Math.ceil(bytes / 3)).slice(0, bytes);
      const result = await collected(await answering(body));
      if (result.kind !== 'too-large') throw new Error(result.kind);
      expect(result).toMatchObject({ status: 200, reason: 'Fine' });
      const sink = new RecordingSink();
      result.rest.into(sink);
      expect(await sink.closed).toBeNull();
      expect(sink.body === body).toBe(true);
      expect(sink).toMatchObject({ status: 200, heads: 1, terminals: 1 });
    }
  });

  it('tells the sink of a fault that came while nobody took the rest', async () => {
    const clock = new FakeClock();
    const result = await collected(await answering('x'.repeat(3_000_000), clock));
    if (result.kind !== 'too-large') throw new Error(result.kind);
    await clock.advance(2000);
    const sink = new RecordingSink();
    result.rest.into(sink);
    expect(await sink.closed).toMatchObject({ kind: 'timeout', afterHead: true });
    expect(sink.terminals).toBe(1);
  });

  it('passes a fault and an abort on', async () => {
    const raw = await rawUpstream(() => {});
    const upstream = upstreamFor([raw.url]);
    open.push(raw, { close: async () => upstream.destroy() });
    const result = collected(
      upstream,
      (collect) => void until(() => raw.received() !== '').then(() => collect.abort()),
    );
    expect(await result).toMatchObject({ kind: 'fault', fault: { kind: 'aborted', outcome: 'unknown' } });
  });
});
