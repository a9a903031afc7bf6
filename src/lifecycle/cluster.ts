/**
 * The two sides of `node:cluster`. The primary owns the listening socket and hands connections to its workers in turn;
 * one that a closing worker does not take goes to the next. Workers heed the primary alone: a signal that reaches the
 * whole process group, as Ctrl-C does, would otherwise count twice and cut claims off.
 */
import cluster from 'node:cluster';
import type { PrimaryProcess, ToPrimary, ToWorker, WorkerProcess } from './worker-messages.js';

/** @returns null in a process that is not a worker */
export function primaryOfThisWorker(): PrimaryProcess | null {
  const { worker } = cluster;
  if (!cluster.isWorker || worker === undefined) return null;
  // Otherwise Node ends this process, claims in flight and all, at the moment in which the primary is gone.
  worker.exitedAfterDisconnect = true;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  return {
    tell: (message) =>
      new Promise((resolve) => {
        if (worker.isConnected()) worker.send(message, () => resolve());
        else resolve();
      }),
    onMessage: (listener) => void worker.on('message', (message: ToWorker) => listener(message)),
    onLost: (listener) => void worker.once('disconnect', listener),
    leave: () => {
      if (worker.isConnected()) process.disconnect();
    },
  };
}

/** Starts one more process of this same program, as a worker. */
export function forkWorker(): WorkerProcess {
  const worker = cluster.fork();
  worker.on('error', () => {});
  return {
    pid: worker.process.pid ?? 0,
    tell: (message) => {
      if (worker.isConnected()) worker.send(message, () => {});
    },
    onMessage: (listener) => void worker.on('message', (message: ToPrimary) => listener(message)),
    onExit: (listener) => void worker.once('exit', (status, signal) => listener(status ?? signal ?? 'unknown')),
  };
}
