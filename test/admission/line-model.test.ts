import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { contractOn } from './contract/store-gateway.js';
import { LineModel } from './line-model.js';
import { kinds, steps } from './line-steps.js';
import { type Open, openMemory, openRedis } from './stores.js';

/** The line keeps its promises, whatever people, gateways and operators do, and though its store loses everything. */
function describeLineModel(adapter: string, open: Open, numRuns: number): void {
  describe(`The line on ${adapter}`, () => {
    it('never lets in too many, never issues a number twice, never forgets a ticket, never draws anew', async () => {
      const on = contractOn(open, () => new FakeClock());
      await fc.assert(
        fc.asyncProperty(kinds, steps, (made, course) =>
          on(async (contract) => {
            const model = new LineModel(contract, made);
            await contract.g1.tick();
            await contract.g2.call();
            for (const one of course) await model.run(one);
            model.door.check();
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
