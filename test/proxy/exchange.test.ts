import { describe, expect, it } from '@jest/globals';
import type { Leaver } from '../../src/admission/departures.js';
import { Exchange, type Way } from '../../src/proxy/exchange.js';
import type { Carrier, WireFault } from '../../src/wire/handler.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingSink } from './recording-sink.js';

const CLAIM = { method: 'POST', path: '/', headers: [], body: Buffer.from('x') };

const CARRIER: Carrier = { cut: () => {}, resume: () => {} };
const BROKEN: WireFault = { kind: 'broken', detail: 'ECONNRESET', cause: null };

const WAY: Way = { attempt: () => true, ended: () => {}, cutLater: (cut) => cut() };

describe('Exchange', () => {
  it('counts a buffered request as sent from the moment its connection takes it', () => {
    const sink = new RecordingSink();
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, WAY);
    exchange.start();
    expect(exchange.departs(CARRIER)).toBe(true);
    exchange.failed(BROKEN);
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
    exchange.failed({ kind: 'unsendable', detail: 'a path with a blank', cause: null });
    expect(attempts).toBe(1);
    expect(sink.faulted).toMatchObject({ kind: 'aborted', outcome: 'not-sent' });
  });

  it('tells of a time-out before its connection is cut', async () => {
    const [sink, clock, cuts] = [new RecordingSink(), new FakeClock(), [] as Array<() => void>];
    let isCut = false;
    const exchange = new Exchange(CLAIM, sink, clock, 1000, { ...WAY, cutLater: (cut) => void cuts.push(cut) });
    exchange.start();
    exchange.departs({
      ...CARRIER,
      cut: (handler) => {
        isCut = handler === exchange;
      },
    });
    await clock.advance(1000);
    expect([sink.faulted?.kind, isCut]).toEqual(['timeout', false]);
    for (const cut of cuts) cut();
    expect(isCut).toBe(true);
  });

  it('is not written before it may leave, and then goes the whole way again', () => {
    const sink = new RecordingSink();
    const [ends, leavers] = [[] as string[], [] as Leaver[]];
    let [attempts, open] = [0, false];
    const mayLeave = (leaver: Leaver): boolean => open || leavers.push(leaver) === 0;
    const way: Way = {
      attempt: (_request, exchange) => {
        exchange.trip = { target: 0, beganUs: 0, probe: false };
        return ++attempts > 0;
      },
      ended: (_trip, end) => void ends.push(end),
      cutLater: (cut) => cut(),
    };
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, way, mayLeave);
    exchange.start();
    expect(exchange.departs(CARRIER)).toBe(false);
    expect([attempts, ends, sink.terminals]).toEqual([1, ['ignored'], 0]);
    open = true;
    leavers[0]!.leave();
    expect(exchange.departs(CARRIER)).toBe(true);
    expect(attempts).toBe(2);
    exchange.abort();
    expect(sink.faulted).toMatchObject({ kind: 'aborted', outcome: 'unknown' });
  });

  it('was never sent when it may not leave any more; and one that has ended goes nowhere', () => {
    const [sink, leavers] = [new RecordingSink(), [] as Leaver[]];
    let attempts = 0;
    const way: Way = { ...WAY, attempt: () => ++attempts > 0 };
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, way, (leaver) => leavers.push(leaver) === 0);
    exchange.start();
    expect(exchange.departs(CARRIER)).toBe(false);
    leavers[0]!.stay();
    expect(sink.faulted).toMatchObject({ kind: 'unavailable', outcome: 'not-sent' });
    leavers[0]!.leave();
    leavers[0]!.stay();
    expect([attempts, sink.terminals]).toEqual([1, 1]);
  });

  it('is told nothing more once it has ended', () => {
    const sink = new RecordingSink();
    const exchange = new Exchange(CLAIM, sink, new FakeClock(), 1000, WAY);
    exchange.start();
    exchange.departs(CARRIER);
    exchange.head(200, 'OK', []);
    exchange.abort();
    exchange.data(Buffer.from('late'));
    exchange.end();
    exchange.failed(BROKEN);
    expect(sink).toMatchObject({ heads: 1, terminals: 1, body: '' });
  });
});
