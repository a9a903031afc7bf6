import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExchangeCall, ExchangeReply, Settlement } from '../../src/admission/exchange.js';
import { STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import type { Place } from '../../src/waiting-room/place.js';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { ask, call, NOTHING_KNOWN, openMemory, openRedis, SETTINGS } from './stores.js';

/** So slow that no bucket ends by the clock of Redis, which is the real one, before it is full by the test's. */
const LIMITS = [bucketRate(3, 0.05), bucketRate(10, 0.1)];
const who = fc.integer({ min: 0, max: 11 });
const place = fc.record({
  line: fc.constantFrom(0 as const, 0 as const, 1 as const),
  number: fc.integer({ min: 1, max: 40 }),
  returns: fc.integer({ min: 0, max: 3 }),
});
const event = fc.record({ who, place });
const attempt = fc.constantFrom('a1', 'a2', 'a3');
const ledger = fc.record({ key: fc.integer({ min: 0, max: 5 }), attempt, repeats: fc.constantFrom('', 'a1', 'a2') });
const settlement = fc.record({
  key: fc.integer({ min: 0, max: 5 }),
  attempt,
  outcome: fc.constantFrom('granted' as const, 'rejected' as const, 'free' as const, 'unknown' as const),
  mark: fc.boolean(),
  counts: fc.boolean(),
  old: fc.boolean(),
});
const step = fc.record({
  advanceMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(100, 700, 1500, 20_000)),
  gateway: fc.constantFrom('g1', 'g2'),
  tick: fc.boolean(),
  permits: fc.integer({ min: 0, max: 4 }),
  released: fc.integer({ min: 0, max: 3 }),
  rate: fc.constantFrom(100, 100, 100, 25, 400),
  open: fc.constantFrom(true, true, true, true, false),
  queue: fc.constantFrom(true, true, true, true, false),
  allowance: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 1, 3),
  adaptive: fc.constantFrom(true, true, false),
  served: fc.nat(6),
  dropped: fc.constantFrom(0, 0, 0, 1, 5),
  restUs: fc.constantFrom(...Array.from({ length: 9 }, () => 0), 40_000),
  /** The gateway knows of a pace that the store has lost. */
  paceAhead: fc.constantFrom(0, 0, 0, 0, 0, 0, 2),
  ahead: fc.constantFrom(0, 0, 0, 0, 0, 0, 7),
  asks: fc.array(
    fc.record({
      who,
      kind: fc.constantFrom(
        'claim' as const,
        'claim' as const,
        'claim' as const,
        'join' as const,
        'find' as const,
        'pass' as const,
        'recall' as const,
        'refund' as const,
        'spare' as const,
      ),
      ledger: fc.option(ledger, { freq: 2 }),
      ticket: fc.option(place, { freq: 4 }),
      mask: fc.integer({ min: 0, max: 3 }),
      seat: fc.constantFrom('', 's1', 's2', 's3'),
      /** A limit that is kept elsewhere has refused. */
      barred: fc.constantFrom(null, null, null, null, { limit: 1, waitMs: 70 }),
    }),
    { maxLength: 6 },
  ),
  spent: fc.array(event, { maxLength: 2 }),
  retained: fc.array(event, { maxLength: 1 }),
  entered: fc.array(place, { maxLength: 2 }),
  gone: fc.array(place, { maxLength: 1 }),
  settled: fc.array(settlement, { maxLength: 3 }),
  signs: fc.array(fc.record({ who, sign: fc.constantFrom('bare' as const, 'bare' as const, 'none' as const) }), {
    maxLength: 2,
  }),
  seats: fc.array(fc.record({ who, seat: fc.constantFrom('', 's1', 's2'), begins: fc.boolean() }), {
    maxLength: 2,
  }),
  sessions: fc.constantFrom(null, { maxActive: 4, ttlMs: 2000 }),
  /** An operator has ended all sessions, so long ago. */
  endedMsAgo: fc.constantFrom(null, null, null, null, null, 0, 300),
  budget: fc.constantFrom(0, 6, 6, 12),
  /** The gateway speaks of other data; it knows of more claims than the store. */
  stranger: fc.constantFrom(false, false, false, false, true),
  grantsAhead: fc.constantFrom(0, 0, 0, 0, 0, 1),
  strict: fc.constantFrom(false, false, false, true),
  confirms: fc.boolean(),
  /** An operator changes something, or begins a new epoch or era; the gateway knows of the newest change. */
  amends: fc.constantFrom(...[null, null, null, null, null, null], ...(['nothing', 'epoch', 'era'] as const)),
  upToDate: fc.constantFrom(true, true, true, true, false),
  /** Whether the order is drawn, and whether the gateway believes that it is time. */
  lottery: fc.constantFrom(null, null, 'a'.repeat(40), 'a'.repeat(40), 'b'.repeat(40)),
  drawn: fc.boolean(),
  /** The gateway knows of an epoch that the store has lost. */
  epochsAhead: fc.constantFrom(...Array.from({ length: 19 }, () => 0), 1),
  erasAhead: fc.constantFrom(...Array.from({ length: 19 }, () => 0), 1),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A call as a gateway might make it; `view` is what it last saw. */
function callOf(
  one: Step,
  seen: Map<string, { known: typeof NOTHING_KNOWN; released: number }>,
  nowUs: number,
): ExchangeCall {
  const own = seen.get(one.gateway) ?? { known: NOTHING_KNOWN, released: 0 };
  own.released += Math.min(one.released, own.known.taken - own.released);
  seen.set(one.gateway, own);
  const era = own.known.claims.era + one.erasAhead;
  const tails: [number, number] = [own.known.tails[0] + one.ahead, own.known.tails[1]];
  const events = (list: Array<{ who: number; place: Place }>) =>
    list.map((entry) => ({ claimant: `c${entry.who}`, place: entry.place }));
  return call({
    gateway: one.gateway,
    settings: {
      ...SETTINGS,
      revision: one.upToDate ? 1000 : 0,
      door: bucketRate(20, one.rate),
      open: one.open,
      queue: one.queue,
      maxWaiting: 8,
      lottery: one.lottery === null ? null : { key: one.lottery, drawAtUs: one.drawn ? 0 : 4e15 },
      sessions: one.sessions,
      claims: { ...SETTINGS.claims, budget: one.budget, strict: one.strict },
      reserveNs: 50_000_000,
      pace: { enabled: one.adaptive, configuredMilli: one.rate * 1000, leastMilli: 5000 },
    },
    known: {
      ...own.known,
      epoch: own.known.epoch + one.epochsAhead,
      tails,
      pace:
        one.paceAhead === 0 ? own.known.pace : { rateMilli: 30_000, revision: own.known.pace.revision + one.paceAhead },
      released: own.released,
      sessionsEndedUs: one.endedMsAgo === null ? own.known.sessionsEndedUs : nowUs - one.endedMsAgo * 1000,
      generation: one.stranger ? 'gen-old' : own.known.generation,
      claims: {
        ...own.known.claims,
        era,
        held: own.known.claims.held + (one.stranger ? 1 : 0),
        granted: own.known.claims.granted + one.grantsAhead,
        grantedBefore: one.stranger ? 0 : one.grantsAhead * 2,
        confirmed: one.confirms ? own.known.claims.losses : own.known.claims.confirmed,
      },
    },
    generation: `gen-${one.gateway}`,
    tick: one.tick,
    permits: one.permits,
    allowance: one.allowance,
    events: {
      entered: one.entered,
      gone: one.gone,
      spent: events(one.spent),
      given: [],
      retained: events(one.retained),
      settled: one.settled.map((end) => settlementOf(end, era)),
      signs: one.signs.map((sign) => ({ claimant: `c${sign.who}`, sign: sign.sign })),
      seats: one.seats.map(({ who, ...seat }) => ({ claimant: `c${who}`, ...seat })),
      replays: one.signs.length,
      health: { served: one.served, dropped: one.dropped, restUs: one.restUs },
    },
    asks: one.asks.map((entry) =>
      ask(`c${entry.who}`, {
        kind: entry.kind,
        seat: entry.seat,
        place: entry.ticket,
        limits: LIMITS,
        buckets: [entry.mask & 1 ? `user:${entry.who}` : null, entry.mask & 2 ? `all` : null],
        ...(entry.barred === null ? {} : { barred: entry.barred }),
        ledger: entry.ledger === null ? null : { ...entry.ledger, key: nameOf(entry.ledger.key, era), memo: 'c p' },
      }),
    ),
  });
}

/** Names of entries hold the era. */
const nameOf = (key: number, era: number): string => `e${era}k${key}`;

/** Entries are kept for good: Redis would end them by its own clock. */
function settlementOf({ key, attempt, outcome, mark, counts, old }: Step['settled'][number], era: number): Settlement {
  const text = { granted: 'gc', rejected: 'rc', free: '', unknown: `u1 ${attempt} c p` }[outcome];
  const generation = old ? 'gen-old' : '';
  const name = nameOf(key, era);
  return { key: name, attempt, outcome, text, keepMs: 0, markMs: mark ? 0 : -1, counts, generation, era };
}

describe('the two stores', () => {
  const redis = sharedRedis();

  it('answer any sequence of calls alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const clock = new FakeClock();
        const memory = await openMemory(clock);
        const remote = await openRedis(redis(), clock);
        try {
          const seen = new Map<string, { known: typeof NOTHING_KNOWN; released: number }>();
          for (const one of steps) {
            await clock.advance(one.advanceMs);
            if (one.amends !== null) {
              const { revision: from } = await memory.settings.read();
              const amendment = { from, overrides: '{}', record: 'r', head: 'h', begins: one.amends, calls: 0 };
              expect(await remote.settings.amend(amendment)).toEqual(await memory.settings.amend(amendment));
            }
            const made = callOf(one, seen, clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000);
            const here = await memory.store.exchange(made);
            const there = await remote.store.exchange(made);
            expect(withoutEstimates(there)).toEqual(withoutEstimates(here));
            if (here.kind === 'done' && there.kind === 'done') {
              expect(Math.abs(there.view.show - here.view.show)).toBeLessThan(1e-5);
              expect(Math.abs(there.view.callsPerSecond - here.view.callsPerSecond)).toBeLessThan(0.01);
              const { epoch, generation, heads, tails, doorTat, doorIntervalNs, taken, lottery, seats, claims, pace } =
                here.view;
              const { sessionsEndedUs } = here.view;
              const own = seen.get(one.gateway)!;
              const door = { doorTat, doorIntervalNs };
              own.known = {
                epoch,
                generation,
                heads,
                tails,
                ...door,
                taken,
                released: own.released,
                lottery,
                seats,
                endsUs: 0,
                sessionsEndedUs,
                claims,
                pace,
              };
            }
          }
        } finally {
          await remote.close();
          await memory.close();
        }
      }),
      { numRuns: 150, seed: 20260217 },
    );
  }, 120_000);
});

/** Estimates travel with fewer digits than they have: they are compared apart. */
function withoutEstimates(reply: ExchangeReply): unknown {
  if (reply.kind === 'late') return reply;
  return { ...reply, view: { ...reply.view, show: 0, callsPerSecond: 0 } };
}
