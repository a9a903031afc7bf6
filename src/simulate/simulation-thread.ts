/** A thread that runs one simulation, handed to it with its start, and posts what came of it. `apart.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SimulationOptions, simulate } from './simulation.js';

parentPort?.postMessage(await simulate(workerData as SimulationOptions));
