/** A thread that runs one simulation, handed to it with its start, and posts what comes of it. `apart.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Simulated, type SimulationOptions, simulate } from './simulation.js';
import type { SoFar } from './so-far.js';

/** The last one is the whole. */
export type FromSimulation =
  | { readonly kind: 'so-far'; readonly soFar: SoFar }
  | { readonly kind: 'done'; readonly simulated: Simulated };

const post = (message: FromSimulation): void => parentPort?.postMessage(message);

post({
  kind: 'done',
  simulated: await simulate(workerData as SimulationOptions, (soFar) => post({ kind: 'so-far', soFar })),
});
