import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { contractOn } from './contract/store-gateway.js';
import { type Kind, LineModel, type Step } from './line-model.js';
import { type Open, openMemory, openRedis } from './stores.js';

const who = fc.nat(7);
const second = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), who, second, ask: fc.constant('claim' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      who,
      second,
      ask: fc.constantFrom('join' as const, 'find' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), who, final: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(3, 20, 100, 100, 900), second }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rate' as const), perSecond: fc.constantFrom(100, 20, 500) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pause' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('flush' as const, 'reset' as const, 'end-sessions' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), second }) },
);

const kind: fc.Arbitrary<Kind> = fc.record({ lottery: fc.boolean(), sessions: fc.boolean() });

/** The line keeps its promises, whatever people, gateways and operators do, and though its store loses everything. */
function describeLineModel(adapter: string, open: Open, numRuns: number): void {
  describe(`The line on ${adapter}`, () => {
    it('never lets in too many, never issues a number twice, never forgets a ticket, never draws anew', async () => {
      const on = contractOn(open, () => new FakeClock());
      await fc.assert(
        fc.asyncProperty(kind, fc.array(step, { minLength: 20, maxLength: 120 }), (made, steps) =>
          on(async (contract) => {
            const model = new LineModel(contract, made);
            await contract.g1.tick();
            await contract.g2.call();
            for (const one of steps) await model.run(one);
            model.check();
          })(),
        ),
        { numRuns },
      );
    }, 60_000);
  });
}

describeLineModel('memory', openMemory, 250);
const redis = sharedRedis();
describeLineModel('Redis', (clock) => openRedis(redis(), clock), 30);
