/**
 * A simulation on a thread of its own, whose heap is made for it: millions of people in line each leave behind some ten
 * kilobytes that are of no use a moment later. In Node's usual room for young objects a fifth of all time goes into
 * moving those that are still in use out of the way of the next.
 */
import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Simulated, SimulationOptions } from './simulation.js';
import type { FromSimulation } from './simulation-thread.js';
import type { Told } from './so-far.js';

const PROGRAM = new URL('./simulation-thread.js', import.meta.url);
/** Three times the space that fills up between two collections of young objects. */
const maxYoungGenerationSizeMb = 384;
/** Beyond what ten million people take (docs/replay.md): Node's own bound is less. */
const maxOldGenerationSizeMb = 8192;

/**
 * As `simulate`.
 * @param told - hears how far it has come, now and then
 * @throws what it throws
 */
export async function simulateApart(options: SimulationOptions, told: Told = () => {}): Promise<Simulated> {
  const thread = new Worker(PROGRAM, {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb, maxOldGenerationSizeMb },
  });
  const messages = on(thread, 'message', { close: ['exit'] }) as AsyncIterable<[FromSimulation]>;
  for await (const [message] of messages) {
    if (message.kind === 'so-far') told(message.soFar);
    else {
      await thread.terminate();
      return message.simulated;
    }
  }
  throw new Error('the simulation ended without a result');
}
