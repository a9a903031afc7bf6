import { describe, expect, it } from '@jest/globals';
import type { AskResult } from '../../src/admission/ask.js';
import type { AskListener } from '../../src/admission/pending-asks.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { AdmissionKit } from './admission-kit.js';
import { ask } from './stores.js';

const AWAY = new StoreUnavailableError('exchange', 40);

class Heard implements AskListener {
  readonly results: AskResult[] = [];
  readonly faults: unknown[] = [];
  answered(result: AskResult): void {
    this.results.push(result);
  }
  failed(fault: unknown): void {
    this.faults.push(fault);
  }
}

/** A link that ticked once, a moment ago, and whose store now waits for the test. */
async function quietLink(): Promise<AdmissionKit> {
  const kit = await new AdmissionKit({ settings: { open: false } }).start(0);
  kit.store.calls.length = 0;
  kit.store.held = true;
  return kit;
}

function askMany(kit: AdmissionKit, count: number, from = 0): Heard {
  const heard = new Heard();
  for (let at = from; at < from + count; at++) kit.link.ask(ask(`c${at}`, { kind: 'join' }), heard);
  return heard;
}

describe('CampaignLink: batches', () => {
  it('sends all that happened in one turn in one call', async () => {
    const kit = await quietLink();
    askMany(kit, 60);
    kit.link.report('gone', { line: 0, number: 1, returns: 0 });
    expect(kit.store.calls).toHaveLength(0);
    await kit.clock.settle();
    expect(kit.store.calls).toHaveLength(1);
    expect(kit.store.calls[0]!.asks).toHaveLength(60);
    expect(kit.store.calls[0]!.events.gone).toHaveLength(1);
    kit.stop();
  });

  it('sends at most a hundred asks a call and four calls at once, and gathers the rest in order', async () => {
    const kit = await quietLink();
    const heard = askMany(kit, 950);
    await kit.clock.settle();
    expect(kit.store.calls.map(({ asks }) => asks.length)).toEqual([100, 100, 100, 100]);
    while (kit.store.waiting.length > 0) {
      expect(kit.store.waiting.length).toBeLessThanOrEqual(4);
      await kit.store.answer();
      await kit.clock.settle();
    }
    expect(kit.store.calls).toHaveLength(10);
    expect(heard.results.map((one) => one.kind === 'wait' && one.place.number)).toEqual(
      Array.from({ length: 950 }, (_, at) => at + 1),
    );
    kit.stop();
  });

  it('keeps asks by the limits of one configuration and of the next out of one call, in their order', async () => {
    const kit = await quietLink();
    const heard = new Heard();
    const [before, after] = [[bucketRate(5, 1)], [bucketRate(9, 1), bucketRate(7, 1)]];
    for (const [at, limits] of [before, before, [], after, after, before].entries()) {
      kit.link.ask(ask(`c${at}`, { kind: 'join', limits, buckets: limits.map(() => null) }), heard);
    }
    await kit.clock.settle();
    expect(kit.store.calls.map(({ asks }) => asks.map(({ claimant }) => claimant))).toEqual([
      ['c0', 'c1', 'c2'],
      ['c3', 'c4'],
      ['c5'],
    ]);
    kit.stop();
  });

  it('says OVERLOADED to the ask that would be one too many', async () => {
    const kit = await quietLink();
    const heard = askMany(kit, 20_001);
    expect(heard.faults).toEqual(['overloaded']);
    kit.stop();
  });

  it('tells the store how late it may act: each ask has its deadline from when it was made', async () => {
    const kit = await quietLink();
    const madeUs = kit.link.storeClock.nowUs();
    askMany(kit, 400);
    await kit.clock.settle();
    await kit.clock.advance(15);
    askMany(kit, 1, 400);
    await kit.clock.advance(10);
    await kit.store.answer();
    await kit.clock.settle();
    expect(kit.store.calls[0]!.notAfterUs).toBe(madeUs + 40_000);
    expect(kit.store.calls[4]!.notAfterUs).toBe(madeUs + 55_000);
    kit.stop();
  });
});

describe('CampaignLink: faults', () => {
  it('does not blame the store for a pause of this process before the call', async () => {
    const kit = await quietLink();
    kit.store.held = false;
    const heard = askMany(kit, 3);
    kit.clock.pause(200);
    await kit.clock.settle();
    expect(heard.faults).toEqual([]);
    expect(heard.results).toHaveLength(3);
    kit.stop();
  });

  it('fails the asks of a call without an answer, and tells its events again with the next', async () => {
    const kit = await quietLink();
    const heard = askMany(kit, 2);
    const event = { claimant: 'x', place: { line: 0 as const, number: 9, returns: 0 } };
    kit.link.reportClaimant('spent', event);
    await kit.clock.settle();
    kit.store.lose(AWAY);
    await kit.clock.settle();
    expect(heard.faults).toEqual([AWAY, AWAY]);
    kit.link.reportClaimant('spent', { ...event, claimant: 'y' });
    await kit.clock.settle();
    expect(kit.store.calls).toHaveLength(1);
    askMany(kit, 1, 5);
    await kit.clock.settle();
    expect(kit.store.calls[1]!.events.spent.map(({ claimant }) => claimant)).toEqual(['x', 'y']);
    await kit.store.answer();
    await kit.clock.settle();
    askMany(kit, 1, 6);
    await kit.clock.settle();
    expect(kit.store.calls[2]!.events.spent).toEqual([]);
    kit.stop();
  });

  it('asks a store that is away no more often than it ticks', async () => {
    const kit = await quietLink();
    kit.store.held = false;
    kit.store.inner = { exchange: () => Promise.reject(AWAY) };
    kit.link.touch();
    kit.link.report('gone', { line: 0, number: 1, returns: 0 });
    await kit.clock.advance(2000);
    expect(kit.store.calls.length).toBeLessThanOrEqual(21);
    expect(kit.store.calls.length).toBeGreaterThan(15);
    kit.stop();
  });

  it('reports a fault that is no outage, and fails its asks all the same', async () => {
    const kit = await quietLink();
    const heard = askMany(kit, 1);
    await kit.clock.settle();
    const defect = new TypeError('a script is wrong');
    kit.store.lose(defect);
    await kit.clock.settle();
    expect(kit.faults).toEqual([defect]);
    expect(heard.faults[0]).toBeInstanceOf(StoreUnavailableError);
    kit.stop();
  });

  it('asks again what the store found late, while there is time, and fails it after that', async () => {
    const kit = await quietLink();
    const heard = askMany(kit, 1);
    await kit.clock.advance(5);
    const late = { kind: 'late' as const, nowUs: kit.link.storeClock.nowUs() + 100_000 };
    kit.store.waiting.shift()!.answer(late);
    await kit.clock.settle();
    expect(kit.store.calls).toHaveLength(2);
    expect(kit.store.calls[1]!.notAfterUs).toBe(late.nowUs + 35_000);
    await kit.clock.advance(30);
    kit.store.waiting.shift()!.answer({ ...late, nowUs: late.nowUs + 40_000 });
    await kit.clock.settle();
    expect(heard.faults).toMatchObject([{ code: 'STORE_UNAVAILABLE', waitedMs: 35 }]);
    expect(kit.store.calls).toHaveLength(2);
    kit.stop();
  });
});

describe('CampaignLink: ticks', () => {
  it('come twice a second while nobody asks, and ten times a second while somebody does', async () => {
    const kit = await quietLink();
    kit.store.held = false;
    await kit.clock.advance(10_000);
    const idle = kit.store.calls.length;
    expect(idle).toBeGreaterThanOrEqual(20);
    expect(idle).toBeLessThanOrEqual(24);
    kit.link.touch();
    await kit.clock.advance(1000);
    expect(kit.store.calls.length - idle).toBeGreaterThanOrEqual(9);
    kit.stop();
  });

  it('keep their pace while somebody waits in line, though nobody polls', async () => {
    const kit = await quietLink();
    kit.store.held = false;
    askMany(kit, 3);
    await kit.clock.advance(10_000);
    const before = kit.store.calls.length;
    await kit.clock.advance(1000);
    expect(kit.store.calls.length - before).toBeGreaterThanOrEqual(9);
    kit.stop();
  });

  it('end when it is stopped', async () => {
    const kit = await quietLink();
    kit.stop();
    await kit.clock.advance(5000);
    expect(kit.store.calls).toHaveLength(0);
    expect(kit.clock.timers).toBe(0);
  });
});

describe('CampaignLink: knowledge', () => {
  it('travels with every call, and never shrinks within an epoch', async () => {
    const kit = await quietLink();
    kit.store.held = false;
    askMany(kit, 7);
    await kit.clock.settle();
    kit.link.flushSoon();
    askMany(kit, 1, 20);
    await kit.clock.settle();
    expect(kit.store.calls.at(-1)!.known).toMatchObject({ tails: [7, 0] });
    expect(kit.link.view!.tails).toEqual([8, 0]);
    kit.stop();
  });

  it('tells listeners of every reply, after the asks of that reply were answered', async () => {
    const kit = await quietLink();
    const order: string[] = [];
    kit.link.onView(() => order.push('view'));
    kit.link.ask(ask('a', { kind: 'find' }), { answered: () => order.push('ask'), failed: () => order.push('fault') });
    await kit.clock.settle();
    await kit.store.answer();
    await kit.clock.settle();
    expect(order).toEqual(['ask', 'view']);
    kit.stop();
  });
});
