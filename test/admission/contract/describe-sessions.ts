import { describe, expect, it } from '@jest/globals';
import type { Ask } from '../../../src/admission/ask.js';
import { FakeClock } from '../../support/fake-clock.js';
import { ask, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, type Result, type StoreGateway } from './store-gateway.js';

const TTL_MS = 10_000;
const LEASE_MS = SETTINGS.claims.leaseMs;

function ready({ clock, g1, g2 }: Contract, maxActive = 3): Promise<unknown> {
  g1.settings = g2.settings = { ...SETTINGS, sessions: { maxActive, ttlMs: TTL_MS } };
  return g1.tick().then(() => clock.advance(1000));
}

/** A claim that goes in, if it may; its seat is named after the claimant. */
async function claim(gateway: StoreGateway, claimant: string, changes: Partial<Ask> = {}): Promise<Result> {
  const { results } = await gateway.call({ asks: [ask(claimant, { seat: `seat of ${claimant}`, ...changes })] });
  return results[0]!;
}

async function began(gateway: StoreGateway, claimant: string): Promise<number> {
  gateway.released++;
  const seats = [{ claimant, seat: `seat of ${claimant}`, begins: true }];
  return (await gateway.tell({ seats })).view.seats;
}

export function describeSessions(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`Sessions on ${adapter}`, () => {
    it(
      'are so many at once and no more, claims on their way included, over all gateways',
      on(async (contract) => {
        await ready(contract);
        const { g1, g2 } = contract;
        expect((await claim(g1, 'a')).kind).toBe('enter');
        expect((await claim(g2, 'b')).kind).toBe('enter');
        expect(await began(g1, 'a')).toBe(2);
        expect((await claim(g1, 'c')).kind).toBe('enter');
        expect((await claim(g2, 'd')).kind).toBe('wait');
        expect((await g1.call()).view.seats).toBe(3);
      }),
    );

    it(
      'end by themselves, to the microsecond, and then the next goes in',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract, 1);
        await claim(g1, 'a');
        await began(g1, 'a');
        await clock.advance(TTL_MS);
        expect((await claim(g1, 'b')).kind).toBe('wait');
        await clock.advance(0.001);
        await g1.tick();
        expect((await claim(g1, 'b')).kind).toBe('enter');
      }),
    );

    it(
      'end before their time by the word of a gateway, of which all others hear once',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract, 1);
        await claim(g1, 'a');
        await began(g1, 'a');
        await clock.advance(500);
        await g1.tell({ seats: [{ claimant: 'a', seat: '', begins: false }] });
        const { view } = await g2.call();
        expect(view.seats).toBe(0);
        expect(view.sessionEnds).toEqual([{ claimant: 'a', endedUs: view.nowUs }]);
        g2.known = { ...g2.known, endsUs: view.nowUs };
        expect((await g2.call()).view.sessionEnds).toEqual([]);
        expect((await claim(g2, 'b')).kind).toBe('enter');
      }),
    );

    it(
      'do not begin where the claim did not go in, and the seat is free at once',
      on(async (contract) => {
        await ready(contract, 1);
        const { g1 } = contract;
        await claim(g1, 'a');
        g1.released++;
        await g1.tell({ seats: [{ claimant: 'a', seat: 'seat of a', begins: false }] });
        expect((await claim(g1, 'b')).kind).toBe('enter');
      }),
    );

    it(
      "give the seat of a gateway that died back with the claim's lease",
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract, 1);
        await claim(g1, 'a');
        await clock.advance(LEASE_MS);
        expect((await claim(g2, 'b')).kind).toBe('wait');
        await clock.advance(0.001);
        await g2.tick();
        expect((await claim(g2, 'b')).kind).toBe('enter');
      }),
    );

    it(
      'let whoever has one in again without another seat',
      on(async (contract) => {
        await ready(contract, 1);
        const { g1 } = contract;
        await claim(g1, 'a');
        await began(g1, 'a');
        expect((await claim(g1, 'a', { seat: 'second seat' })).kind).toBe('enter');
        expect((await g1.call()).view.seats).toBe(1);
      }),
    );

    it(
      'call nobody while there is no seat, and lapse nobody who stands at the door for one',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract, 1);
        await claim(g1, 'a');
        await began(g1, 'a');
        await claim(g1, 'b');
        await claim(g1, 'c');
        const before = (await g1.call()).view.heads[0];
        const { view } = await g1.ticks(clock, 5000);
        expect(view.heads[0]).toBe(before);
        expect(view.lapsed[0]).toBe(0);
      }),
    );

    it(
      'stay counted for their time when the store loses everything',
      on(async (contract) => {
        const { clock, g1, g2, empty } = contract;
        await ready(contract, 2);
        for (const claimant of ['a', 'b']) {
          await claim(g1, claimant);
          await began(g1, claimant);
        }
        await g2.call();
        g1.store = g2.store = await empty();
        await g2.call();
        await clock.advance(TTL_MS - 1);
        await g2.tick();
        expect((await claim(g2, 'c')).kind).toBe('wait');
        await clock.advance(500);
        await g2.ticks(clock, 500);
        expect((await claim(g2, 'c')).kind).toBe('enter');
      }),
    );

    it(
      "are all over by an operator's word, those lost with the data too; claims on their way keep their seats",
      on(async ({ clock, g1, g2, empty, ...contract }) => {
        await ready({ clock, g1, g2, empty, ...contract }, 3);
        for (const claimant of ['a', 'b']) {
          await claim(g1, claimant);
          await began(g1, claimant);
        }
        await clock.advance(100);
        await claim(g1, 'c');
        await g2.call();
        const word = { ...g2.known, sessionsEndedUs: (await g2.call()).view.nowUs };
        g2.known = word;
        const { view } = await g2.call();
        expect([view.seats, view.sessionsEndedUs]).toEqual([1, word.sessionsEndedUs]);
        expect((await g1.call()).view.sessionsEndedUs).toBe(word.sessionsEndedUs);
        await clock.advance(0.001);
        expect(await began(g1, 'c')).toBe(1);
        g2.known = word;
        expect((await g2.call()).view.seats).toBe(1);
        for (const claimant of ['d', 'e']) expect((await claim(g2, claimant)).kind).toBe('enter');
        expect((await claim(g2, 'f')).kind).toBe('wait');
        g1.store = g2.store = await empty();
        expect((await g1.call()).view.sessionsEndedUs).toBe(word.sessionsEndedUs);
      }),
    );

    it(
      'that began after that word still take their seats when the data are lost',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract, 2);
        g1.known = { ...g1.known, sessionsEndedUs: (await g1.call()).view.nowUs };
        await g1.call();
        await clock.advance(100);
        for (const claimant of ['a', 'b']) {
          await claim(g1, claimant);
          await began(g1, claimant);
        }
        await g2.call();
        g1.store = g2.store = await contract.empty();
        expect((await g2.call()).view.seats).toBe(2);
        expect((await g1.call()).view.seats).toBe(2);
        expect((await claim(g1, 'c')).kind).toBe('wait');
      }),
    );

    it(
      'are all over with a new epoch; claims on their way keep their seats',
      on(async (contract) => {
        const { operators, g1 } = contract;
        await ready(contract, 1);
        await claim(g1, 'a');
        await began(g1, 'a');
        await operators.amend({ from: 0, overrides: '', record: 'r', head: 'h', begins: 'epoch', calls: 0 });
        g1.settings = { ...g1.settings, revision: 1 };
        expect((await g1.call()).view.seats).toBe(0);
        expect((await claim(g1, 'b')).kind).toBe('enter');
        await operators.amend({ from: 1, overrides: '', record: 'r', head: 'h', begins: 'epoch', calls: 0 });
        g1.settings = { ...g1.settings, revision: 2 };
        expect((await claim(g1, 'c')).kind).not.toBe('enter');
      }),
    );
  });
}
