import { beforeEach, describe, expect, it } from '@jest/globals';
import { bucketRate } from '../../src/buckets/gcra.js';
import { type BatchReply, OrderBatches } from '../../src/buckets/order-batches.js';
import type { Order } from '../../src/buckets/orders.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { FakeClock } from '../support/fake-clock.js';

const rate = bucketRate(5, 1);
const DEADLINE_MS = 40;
const AHEAD_US = 7_000_000;

interface Sent {
  readonly orders: readonly Order[];
  readonly notAfterUs: number;
  readonly sinceUs: number;
  readonly answer: (kind?: BatchReply['kind']) => void;
  readonly fail: (fault: unknown) => void;
}

function order(charges = 1): Order {
  return { kind: 'take', charges: Array.from({ length: charges }, (_, i) => ({ bucket: `b${i}`, rate, cost: 1 })) };
}

describe('OrderBatches', () => {
  let clock: FakeClock;
  let batches: OrderBatches;
  let sent: Sent[];
  const storeUs = (): number => clock.monotonicUs() + AHEAD_US;
  const fates: string[] = [];
  const add = (one = order()): void => {
    batches.add(one).then(
      () => fates.push('done'),
      (fault: StoreUnavailableError) => fates.push(`failed after ${fault.waitedMs}`),
    );
  };
  const learnStoreTime = async (): Promise<void> => {
    add();
    clock.endTurn();
    sent[0]!.answer();
    await clock.settle();
    fates.length = sent.length = 0;
  };

  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
    fates.length = 0;
    batches = new OrderBatches({
      operation: 'test',
      clock,
      deadlineMs: DEADLINE_MS,
      send: (orders, notAfterUs, sinceUs) =>
        new Promise((resolve, reject) => {
          const outcomes = orders.map(({ charges }) => ({ done: true, fullInNs: charges.map(() => 0) }));
          const answer: Sent['answer'] = (kind = 'done') =>
            resolve(kind === 'done' ? { kind, nowUs: storeUs(), outcomes } : { kind, nowUs: storeUs() });
          sent.push({ orders, notAfterUs, sinceUs, answer, fail: reject });
        }),
    });
  });

  it('sends all orders of a turn in one call, at its end', async () => {
    for (let i = 0; i < 60; i++) add();
    expect(sent).toHaveLength(0);
    clock.endTurn();
    expect(sent.map(({ orders }) => orders.length)).toEqual([60]);
    sent[0]!.answer();
    await clock.settle();
    expect(fates).toEqual(Array(60).fill('done'));
    expect(sent).toHaveLength(1);
  });

  it('sends at most 100 orders or 500 charges a call, and has four calls on their way at most', async () => {
    for (let i = 0; i < 450; i++) add();
    for (let i = 0; i < 3; i++) add(order(250));
    clock.endTurn();
    expect(sent.map(({ orders }) => orders.length)).toEqual([100, 100, 100, 100]);
    sent[0]!.answer();
    await clock.settle();
    expect(sent.map(({ orders }) => orders.length).slice(4)).toEqual([51]);
    sent[1]!.answer();
    await clock.settle();
    expect(sent.map(({ orders }) => orders.length).slice(5)).toEqual([2]);
  });

  it('tells the store until when it may act: what is left of the oldest order’s deadline', async () => {
    await learnStoreTime();
    for (let i = 0; i < 400; i++) add();
    clock.endTurn();
    add();
    await clock.advance(15);
    add();
    sent[0]!.answer();
    await clock.settle();
    const last = sent[4]!;
    expect(last.orders).toHaveLength(2);
    expect(last.notAfterUs).toBe(storeUs() + (DEADLINE_MS - 15) * 1000);
    expect(last.sinceUs).toBe(clock.monotonicUs() - 15_000);
  });

  it('fails what waited for its whole deadline without sending it, and sends what is younger', async () => {
    for (let i = 0; i < 400; i++) add();
    clock.endTurn();
    for (let i = 0; i < 600; i++) add();
    await clock.advance(DEADLINE_MS - 1);
    add();
    await clock.advance(1);
    sent[0]!.answer();
    await clock.settle();
    expect(sent.slice(4).map(({ orders }) => orders.length)).toEqual([1]);
    expect(fates.filter((fate) => fate === 'failed after 40')).toHaveLength(600);
  });

  it('asks again what the store found late, as long as half of the deadline is left', async () => {
    await learnStoreTime();
    add();
    clock.endTurn();
    sent[0]!.answer('late');
    await clock.settle();
    expect(sent).toHaveLength(2);
    await clock.advance(DEADLINE_MS / 2);
    sent[1]!.answer('late');
    await clock.settle();
    expect(sent).toHaveLength(2);
    expect(fates).toEqual(['failed after 20']);
  });

  it('passes a fault on to every order of the call, and goes on', async () => {
    add();
    add();
    clock.endTurn();
    sent[0]!.fail(new StoreUnavailableError('test', 40));
    await clock.settle();
    expect(fates).toEqual(['failed after 40', 'failed after 40']);
    add();
    clock.endTurn();
    expect(sent).toHaveLength(2);
  });

  it('refuses at once what exceeds 20,000 gathered orders', async () => {
    for (let i = 0; i < 20_002; i++) add();
    await Promise.resolve();
    await Promise.resolve();
    expect(fates).toEqual(['failed after 0', 'failed after 0']);
  });
});
