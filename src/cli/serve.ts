/** `spillway serve`: the gateway, until it is told to stop. */
import { composeGateway, type Gateway } from '../compose.js';
import { loadConfig } from '../config/load.js';
import { ConfigError } from '../config/problem.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger } from '../kernel/logger.js';
import type { Write } from './check.js';
import { listenFault } from './listen-fault.js';
import { warmUp } from './warm-up.js';

export interface ProcessSignals {
  on(signal: 'SIGTERM' | 'SIGINT', run: () => void): unknown;
}

export interface ServeOptions {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly signals: ProcessSignals;
  readonly err: Write;
  /** Told when the gateway listens. */
  readonly onReady?: (gateway: Gateway) => void;
}

/** @returns the exit status: 0 stopped in peace, 1 could not start or had to be cut off */
export async function runServe(options: ServeOptions): Promise<number> {
  const { file, env, version, signals, err } = options;
  let loaded: ReturnType<typeof loadConfig>;
  try {
    loaded = loadConfig({ file, env });
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    err(`${fault.message}\n`);
    return 1;
  }
  const logger = createLogger(loaded.config.log.level);
  for (const { path, problem, cure } of loaded.warnings) logger.warn({ path, cure }, problem);
  await warmUp(version);
  let gateway: Gateway;
  try {
    gateway = await composeGateway({ loaded, clock: systemClock, random: Math.random, logger, version });
  } catch (fault) {
    const sentence = listenFault(fault);
    if (sentence === null) throw fault;
    err(`${sentence}\n`);
    return 1;
  }
  const { port, adminPort } = gateway;
  logger.info({ version, port, adminPort, revision: loaded.revision }, 'Spillway is ready');
  const stopped = new Promise<number>((resolve) => {
    const stop = (): void => void gateway.stop().then(resolve);
    signals.on('SIGTERM', stop);
    signals.on('SIGINT', stop);
    void gateway.done.then(resolve);
  });
  options.onReady?.(gateway);
  return stopped;
}
