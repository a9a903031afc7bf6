import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Clock } from '../../src/kernel/clock.js';
import { MANNERS, MODEL_NAMES } from '../../src/replay/client-models.js';
import { Crowd } from '../../src/replay/crowd.js';
import { Person } from '../../src/replay/person.js';
import { QuietPeople } from '../../src/replay/quiet-people.js';
import { seededRandom } from '../../src/replay/seeded-random.js';
import { Tally } from '../../src/replay/tally.js';
import { snapshotOf } from '../../src/replay/tally-snapshot.js';
import type { Glances, Transport } from '../../src/replay/transport.js';
import { VirtualClock } from '../../src/simulate/virtual-clock.js';
import { reply } from './replies.js';

const WAY_MS = 2;
const numberOf = (ticket: string): number | null => Number(/^(\d+) of /.exec(ticket)?.[1] ?? 0) || null;
const ticketOf = (number: number, claimant: string): string => `${number} of ${claimant}`;

/** A line that calls somebody every `callsEveryMs`, and sells out; who only waits may be answered by a glance. */
function line(clock: Clock, callsEveryMs: number, soldOutAtMs: number, glances: boolean): Transport {
  const startUs = clock.monotonicUs();
  const nowMs = (): number => (clock.monotonicUs() - startUs) / 1000;
  const random = seededRandom(9);
  const numbers = new Map<string, number>();
  const ahead = (number: number): number => number - Math.floor(nowMs() / callsEveryMs);
  const pollAfterMs = (number: number): number => Math.ceil(50 + ahead(number) * callsEveryMs * random());
  const standing = (number: number, claimant: string) => {
    const etaSeconds = { min: Math.floor(ahead(number) / 9), max: ahead(number) };
    return { state: 'waiting', ticket: ticketOf(number, claimant), pollAfterMs: pollAfterMs(number), etaSeconds };
  };
  const poll = (number: number, claimant: string) => {
    if (nowMs() > soldOutAtMs) return reply(200, { state: 'sold-out' });
    return reply(200, ahead(number) > 0 ? standing(number, claimant) : { state: 'called' });
  };
  const claim = (claimant: string) => {
    if (nowMs() > soldOutAtMs) return reply(410, { code: 'SOLD_OUT' });
    const number = numbers.get(claimant) ?? numbers.size + 1;
    numbers.set(claimant, number);
    return ahead(number) > 0 ? reply(429, { ...standing(number, claimant), code: 'QUEUED' }) : reply(201);
  };
  return {
    ...(glances && {
      glances: {
        laterMs: WAY_MS,
        numberOf,
        ticketOf,
        pollAfterMs: (_, number) => (nowMs() > soldOutAtMs || ahead(number) <= 0 ? null : pollAfterMs(number)),
      },
    }),
    send(_, { step, claimant, ticket }, done) {
      if (step === 'poll') done(poll(numberOf(ticket ?? '') ?? 0, claimant), WAY_MS);
      else clock.after(WAY_MS, () => done(step === 'leave' ? reply(204) : claim(claimant)));
    },
    close: async () => undefined,
  };
}

interface World {
  readonly seed: number;
  readonly people: ReadonlyArray<{ readonly afterMs: number; readonly model: number }>;
  readonly callsEveryMs: number;
  readonly soldOutAtMs: number;
}

/** What a crowd at such a line comes to. */
async function tallied({ seed, people, callsEveryMs, soldOutAtMs }: World, glances: boolean) {
  const clock = new VirtualClock(0);
  let atUs = 0;
  const plan = {
    arrivesAtUs: Float64Array.from(people, ({ afterMs }) => (atUs += afterMs * 1000)),
    target: new Uint16Array(people.length),
    model: Uint8Array.from(people, ({ model }) => model),
    claimant: Int32Array.from(people, (_, person) => person),
  };
  const tally = new Tally(people.length, plan);
  const options = { plan, claimantOf: (person: number) => `p${person}`, patienceMs: 8000, random: seededRandom(seed) };
  const crowd = new Crowd(options, line(clock, callsEveryMs, soldOutAtMs, glances), clock, tally);
  let over = false;
  void crowd.run().then(() => {
    over = true;
  });
  await clock.runUntil(() => over);
  return snapshotOf(tally);
}

const world: fc.Arbitrary<World> = fc.record({
  seed: fc.nat(1000),
  people: fc.array(fc.record({ afterMs: fc.nat(20), model: fc.nat(MODEL_NAMES.length - 1) }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  }),
  callsEveryMs: fc.integer({ min: 5, max: 200 }),
  soldOutAtMs: fc.integer({ min: 500, max: 20_000 }),
});

describe('people who only wait', () => {
  it('come to the same end, with the same waits and requests, as if each of their polls were answered in full', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        expect(await tallied(one, true)).toEqual(await tallied(one, false));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('QuietPeople', () => {
  const glances: Glances = { laterMs: WAY_MS, numberOf, ticketOf, pollAfterMs: () => 1000 };
  const quietOf = (model = 'obedient' as (typeof MODEL_NAMES)[number]) => {
    const plan = {
      arrivesAtUs: new Float64Array(3),
      target: new Uint16Array(3),
      model: new Uint8Array(3).fill(MODEL_NAMES.indexOf(model)),
      claimant: Int32Array.of(0, 1, 2),
    };
    return new QuietPeople({ plan, random: () => 0.5 }, glances);
  };
  const waiting = (ticket = '41 of p1', promised: Person['promised'] = { minMs: 7000, maxMs: 12_000 }): Person => {
    const person = new Person(MANNERS.obedient, () => 0.5, 'p1');
    person.resume(ticket, promised as NonNullable<Person['promised']>);
    return person;
  };

  it('gives a person back as it was taken, and keeps nothing of it', () => {
    const quiet = quietOf();
    expect(quiet.take(1, waiting())).toBe(true);
    expect([quiet.has(0), quiet.has(1), quiet.nameOf(1), quiet.laterUs]).toEqual([false, true, 'p1', 2000]);
    const person = new Person(MANNERS.obedient, () => 0.5, 'p1');
    quiet.giveBack(1, person);
    expect(person).toMatchObject({
      ticket: '41 of p1',
      promised: { minMs: 7000, maxMs: 12_000 },
      inLine: true,
      step: 'poll',
      lastObstacle: 'QUEUED',
    });
    expect([quiet.has(1), quiet.nameOf(1)]).toEqual([false, undefined]);
  });

  it('takes nobody of whom a number does not say everything', () => {
    const claims = waiting();
    claims.step = 'claim';
    for (const person of [claims, waiting('a ticket that says more'), waiting('41 of p1', null)]) {
      expect(quietOf().take(1, person)).toBe(false);
    }
  });

  it('has people poll by their own manners', () => {
    const afterMs = (['obedient', 'impatient', 'bot'] as const).map((model) => {
      const quiet = quietOf(model);
      quiet.take(1, waiting());
      return quiet.pollAfterMs(1);
    });
    expect(afterMs).toEqual([1000, 200, 750]);
  });
});
