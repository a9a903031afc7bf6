import { describe, expect, it } from '@jest/globals';
import type { CampaignStore } from '../../src/admission/exchange.js';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { AdmissionKit } from './admission-kit.js';
import { SimulatedClock } from './simulated-clock.js';

/** The door is busy with one claim, and a second one is called and held. */
async function busyDoor(kit: AdmissionKit) {
  const first = kit.claim('first');
  await kit.clock.settle();
  const second = kit.claim('second');
  await kit.clock.settle();
  return { first, second };
}

describe('Admission', () => {
  it('admits a claim that finds a free door, and is told once how it ended', async () => {
    const kit = await new AdmissionKit().start();
    const claim = kit.claim('a');
    await kit.clock.settle();
    expect(claim.kind).toBe('admit');
    expect(claim.pass.place).toBeNull();
    expect(kit.slots.inUse).toBe(1);
    claim.pass.finish('final', 'success');
    await kit.clock.advance(200);
    expect(kit.slots.inUse).toBe(0);
    expect(kit.slots.taken).toBe(kit.slots.released);
    kit.stop();
  });

  it('holds who is called to a busy door, and admits them when the slot comes free', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    expect(second.kind).toBe('undecided');
    expect(kit.door.held).toBe(1);
    first.pass.finish('final', 'success');
    await kit.clock.advance(2);
    expect(second.kind).toBe('admit');
    expect(second.pass.place).toEqual({ line: 0, number: 1, returns: 0 });
    kit.stop();
  });

  it('sends a held claim back after its time, with its place', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { second } = await busyDoor(kit);
    await kit.clock.advance(249);
    expect(second.kind).toBe('undecided');
    await kit.clock.advance(2);
    expect(second.decisions).toMatchObject([{ kind: 'wait', place: { number: 1 }, joined: true }]);
    kit.stop();
  });

  it('passes what an abort frees to the next held claim', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    const third = kit.claim('third');
    await kit.clock.advance(1);
    second.abort();
    first.pass.finish('final', 'success');
    await kit.clock.advance(120);
    expect(second.kind).toBe('undecided');
    expect(third.kind).toBe('admit');
    kit.stop();
  });

  it('owes nothing after an abort before the reply: the permit goes to who waits, or back', async () => {
    const kit = await new AdmissionKit().start();
    kit.store.held = true;
    const gone = kit.claim('gone');
    await kit.clock.settle();
    gone.abort();
    kit.store.held = false;
    await kit.store.answer();
    await kit.clock.advance(300);
    expect(gone.decisions).toEqual([]);
    expect(kit.slots.inUse).toBe(0);
    expect(kit.slots.taken).toBe(1);
    kit.stop();
  });

  it('keeps the place of who was aborted while held, and lets them claim again', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    second.abort();
    first.pass.finish('final', 'success');
    await kit.clock.advance(5);
    const again = kit.claim('second');
    await kit.clock.advance(5);
    expect(second.decisions).toEqual([]);
    expect(again.pass.place?.number).toBe(1);
    kit.stop();
  });

  it('answers the older of two claims of one place, and holds the newer', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    const again = kit.claim('second');
    await kit.clock.settle();
    expect(second.kind).toBe('in-progress');
    first.pass.finish('final', 'success');
    await kit.clock.advance(2);
    expect(again.kind).toBe('admit');
    kit.stop();
  });

  it('lets one place in once, though its second claim is let in while the first is held', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    first.pass.finish('final', 'success');
    const again = kit.claim('second');
    await kit.clock.advance(30);
    expect([second.kind, again.kind].sort()).toEqual(['admit', 'in-progress']);
    kit.stop();
  });

  it('lets the newer of two claims of one place go with its own permit, and answers the held one', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { second } = await busyDoor(kit);
    kit.slots.release();
    const again = kit.claim('second');
    await kit.clock.settle();
    expect([second.kind, again.kind]).toEqual(['in-progress', 'admit']);
    expect(kit.door.held).toBe(0);
    kit.stop();
  });

  it('lets one place in once, though the store does not know yet that its first claim has gone', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    const { first, second } = await busyDoor(kit);
    kit.store.held = true;
    first.pass.finish('final', 'success');
    const again = kit.claim('second');
    await kit.clock.settle();
    expect(kit.store.waiting).toHaveLength(2);
    for (let left = 0; left < 2; left++) {
      await kit.store.answer();
      await kit.clock.settle();
    }
    kit.store.held = false;
    await kit.clock.advance(50);
    expect([second.kind, again.kind].sort()).toEqual(['admit', 'in-progress']);
    kit.stop();
  });

  it('says nothing more to an aborted claim that was let straight in and never went', async () => {
    const kit = await new AdmissionKit({ settings: { door: bucketRate(1, 5), horizonUs: 300_000 } }).start(1000);
    kit.claim('one');
    await kit.clock.settle();
    const late = kit.claim('late');
    await kit.clock.settle();
    late.abort();
    await kit.clock.advance(1000);
    expect(late.decisions).toEqual([]);
    kit.stop();
  });

  it('counts an answer that does not come as charged, and gets the slot back with the next one', async () => {
    const kit = await new AdmissionKit({ settings: { slots: 1 } }).start();
    kit.store.held = true;
    const lost = kit.claim('lost');
    await kit.clock.settle();
    await kit.store.loseReply(new StoreUnavailableError('exchange', 40));
    kit.store.held = false;
    await kit.clock.advance(150);
    expect(lost.kind).toBe('store-unavailable');
    expect(kit.slots.inUse).toBe(0);
    const next = kit.claim('next');
    await kit.clock.advance(5);
    expect(next.kind).toBe('admit');
    kit.stop();
  });

  it('knows without asking who waits, and forgets it when the store was silent for a second', async () => {
    const kit = await new AdmissionKit().start();
    for (let n = 0; n < 60; n++) kit.claim(`c${n}`);
    await kit.clock.settle();
    const { tails } = kit.link.view!;
    const request = {
      claimant: 'c59',
      place: { line: 0 as const, number: tails[0], returns: 0 },
      toldMs: 0,
      buckets: [],
    };
    expect(kit.admission.known(request)?.kind).toBe('wait');
    kit.stop();
    await kit.clock.advance(1001);
    expect(kit.admission.known(request)).toBeNull();
  });

  it('refuses what it found empty a moment ago without asking, until the token is there', async () => {
    const kit = await new AdmissionKit({ admission: { limits: [bucketRate(1, 2)] } }).start();
    kit.claim('a', { buckets: ['user:a'] });
    await kit.clock.settle();
    const refused = kit.claim('b', { buckets: ['user:a'] });
    await kit.clock.settle();
    expect(refused.decisions).toMatchObject([{ kind: 'limited', waitMs: 500, cached: false }]);
    const request = { claimant: 'b', place: null, toldMs: 0, buckets: ['user:a'] };
    expect(kit.admission.known(request)).toMatchObject({ kind: 'limited', waitMs: 500, cached: true });
    await kit.clock.advance(500);
    expect(kit.admission.known(request)).toBeNull();
    kit.stop();
  });

  it('gives a claimant who was aborted before the reply back what the limits were charged', async () => {
    const kit = await new AdmissionKit({ admission: { limits: [bucketRate(1, 0.001)] } }).start();
    kit.store.held = true;
    const aborted = kit.claim('a', { buckets: ['user:a'] });
    await kit.clock.settle();
    aborted.abort();
    kit.store.held = false;
    await kit.store.answer();
    await kit.clock.advance(50);
    const again = kit.claim('a', { buckets: ['user:a'] });
    await kit.clock.advance(50);
    expect(again.kind).toBe('admit');
    kit.stop();
  });

  it('lets a place in once over two gateways, one after the other', async () => {
    const clock = new SimulatedClock();
    const store: CampaignStore = new MemoryCampaignStore(new MemorySlots(), clock);
    const [a, b] = [new AdmissionKit({ clock, store }), new AdmissionKit({ clock, store, gateway: 'g2' })];
    await a.start();
    await b.start();
    a.settings = b.settings = { ...a.settings, slots: 1 };
    const { first, second } = await busyDoor(a);
    first.pass.finish('final', 'success');
    await clock.advance(2);
    expect(second.kind).toBe('admit');
    const elsewhere = b.claim('second');
    await clock.advance(5);
    expect(elsewhere.kind).toBe('in-progress');
    a.stop();
    b.stop();
  });
});
