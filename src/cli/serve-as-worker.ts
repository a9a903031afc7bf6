/** One of several workers: the gateway as its primary says, until the primary says stop or is gone. */
import { readFileSync } from 'node:fs';
import { composeGateway, type Gateway } from '../compose/gateway.js';
import { loadConfig } from '../config/load.js';
import { ConfigError } from '../config/problem.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger } from '../kernel/logger.js';
import type { PrimaryProcess, ToWorker } from '../lifecycle/worker-messages.js';
import { listenFault } from './listen-fault.js';

type Begin = Extract<ToWorker, { kind: 'begin' }>;

export interface WorkerOptions {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}

/** @returns the exit status: 0 stopped in peace, 1 could not start or had to be cut off */
export function serveAsWorker(primary: PrimaryProcess, options: WorkerOptions): Promise<number> {
  return new Promise((resolve) => {
    let starting: Promise<Gateway | null> | null = null;
    const end = (status: number): void => {
      primary.leave();
      resolve(status);
    };
    const stop = async (): Promise<void> => {
      const gateway = await starting;
      // One that could not start has ended already.
      if (gateway === null) return;
      const status = await gateway.stop();
      await primary.tell({ kind: 'farewell', metrics: await gateway.exposition.snapshot() });
      end(status);
    };
    primary.onLost(() => void stop());
    primary.onMessage((message) => {
      if (message.kind === 'begin') {
        starting = start(primary, message, options);
        void starting.then((gateway) => {
          if (gateway === null) end(1);
        });
      } else if (message.kind === 'stop') void stop();
      else void starting?.then((gateway) => report(primary, gateway, message.id));
    });
    void primary.tell({ kind: 'hello' });
  });
}

async function start(primary: PrimaryProcess, begin: Begin, options: WorkerOptions): Promise<Gateway | null> {
  const { file, env, version } = options;
  const { configText, files, worker, adminPath } = begin;
  try {
    const readFile = (path: string): Buffer =>
      Object.hasOwn(files, path) ? Buffer.from(files[path]!, 'base64') : readFileSync(path);
    const loaded = loadConfig({ file, env, text: configText, readFile });
    const logger = createLogger(loaded.config.log.level).child({ worker });
    const gateway = await composeGateway({
      loaded,
      clock: systemClock,
      random: Math.random,
      logger,
      version,
      worker: { adminPath, onDrain: () => void primary.tell({ kind: 'drain' }) },
    });
    logger.info({ version, port: gateway.port, revision: loaded.revision }, 'A worker is ready');
    await primary.tell({ kind: 'ready', port: gateway.port });
    return gateway;
  } catch (fault) {
    const problem = fault instanceof ConfigError ? fault.message : listenFault(fault);
    if (problem === null) throw fault;
    await primary.tell({ kind: 'failed', problem });
    return null;
  }
}

async function report(primary: PrimaryProcess, gateway: Gateway | null, id: number): Promise<void> {
  if (gateway === null) return;
  const metrics = await gateway.exposition.snapshot();
  await primary.tell({ kind: 'reported', id, report: { metrics, readiness: gateway.readiness.report() } });
}
