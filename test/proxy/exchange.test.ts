import { describe, expect, it } from '@jest/globals';
import { Exchange, type Way } from '../../src/proxy/exchange.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingSink } from './recording-sink.js';

const CLAIM = { method: 'POST', path: '/', headers: [], body: Buffer.from('x') };

const WAY: Way = { attempt: () => true, ended: () => {}, cutLater: (cut) => cut() };

describe('Exchange', () => {
  it('counts a buffered request as sent from the moment its connection takes it', () => {
    const sink = new RecordingSink();
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, WAY);
    exchange.start();
    exchange.onConnect(() => {});
    exchange.onError(new Error('failed while it was being written'));
    expect(sink.faulted).toMatchObject({ kind: 'unavailable', outcome: 'unknown' });
  });

  it('tries no second target for a request that no target could be sent', () => {
    const sink = new RecordingSink();
    let attempts = 0;
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, {
      attempt: () => ++attempts > 0,
      ended: () => {},
      cutLater: (cut) => cut(),
    });
    exchange.start();
    exchange.onError(Object.assign(new Error('invalid request path'), { code: 'UND_ERR_INVALID_ARG' }));
    expect(attempts).toBe(1);
    expect(sink.faulted).toMatchObject({ kind: 'aborted', outcome: 'not-sent' });
  });

  it('tells of a time-out before its connection is cut', async () => {
    const [sink, clock, cuts] = [new RecordingSink(), new FakeClock(), [] as Array<() => void>];
    let isCut = false;
    const exchange = new Exchange(CLAIM, sink, clock, 1000, { ...WAY, cutLater: (cut) => void cuts.push(cut) });
    exchange.start();
    exchange.onConnect(() => {
      isCut = true;
    });
    await clock.advance(1000);
    expect([sink.faulted?.kind, isCut]).toEqual(['timeout', false]);
    for (const cut of cuts) cut();
    expect(isCut).toBe(true);
  });

  it('is told nothing more once it has ended', () => {
    const sink = new RecordingSink();
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, WAY);
    exchange.start();
    exchange.onConnect(() => {});
    exchange.onHeaders(200, [], () => {}, 'OK');
    exchange.abort();
    exchange.onData(Buffer.from('late'));
    exchange.onComplete();
    exchange.onError(new Error('late'));
    expect(sink).toMatchObject({ heads: 1, terminals: 1, body: '' });
  });
});
