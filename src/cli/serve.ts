/** `spillway serve`: the gateway, until it is told to stop. */
import { composeGateway, type Gateway } from '../compose/gateway.js';
import { composeWorkers, workersOf } from '../compose/workers.js';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import { ConfigError } from '../config/problem.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger } from '../kernel/logger.js';
import { forkWorker, primaryOfThisWorker } from '../lifecycle/cluster.js';
import { FilesRead, onFileChange } from '../lifecycle/watch-file.js';
import type { Write } from './check.js';
import { listenFault } from './listen-fault.js';
import { serveAsWorker } from './serve-as-worker.js';

export interface ProcessSignals {
  on(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR2', run: () => void): unknown;
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
  const { file, env, err } = options;
  const primary = primaryOfThisWorker();
  if (primary !== null) return serveAsWorker(primary, options);
  let configText: string | undefined;
  let loaded: LoadedConfig;
  const files = new FilesRead();
  try {
    loaded = loadConfig({
      file,
      env,
      readFile: (path) => {
        const bytes = files.read(path);
        configText ??= bytes.toString('utf8');
        return bytes;
      },
    });
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    err(`${fault.message}\n`);
    return 1;
  }
  const logger = createLogger(loaded.config.log.level);
  for (const { path, problem, cure } of loaded.warnings) logger.warn({ path, cure }, problem);
  try {
    if (workersOf(loaded.config) > 1) return await serveWithWorkers(options, loaded, configText ?? '', files, logger);
    return await serveAlone(options, loaded, files, logger);
  } catch (fault) {
    const sentence = fault instanceof ConfigError ? fault.message : listenFault(fault);
    if (sentence === null) throw fault;
    err(`${sentence}\n`);
    return 1;
  }
}

type Log = ReturnType<typeof createLogger>;

async function serveAlone(options: ServeOptions, loaded: LoadedConfig, files: FilesRead, logger: Log): Promise<number> {
  const { file, env, version, signals } = options;
  const reread = (): LoadedConfig => loadConfig({ file, env, readFile: files.read });
  const gateway = await composeGateway({ loaded, reread, clock: systemClock, random: Math.random, logger, version });
  const { port, adminPort } = gateway;
  logger.info({ version, port, adminPort, revision: loaded.revision }, 'Spillway is ready');
  signals.on('SIGHUP', () => void gateway.reload('signal'));
  // One process cannot take over from itself; without workers both signals mean the configuration.
  signals.on('SIGUSR2', () => void gateway.reload('signal'));
  const unwatch = onFileChange(
    () => files.looks,
    systemClock,
    () => void gateway.reload('file'),
  );
  const stopped = new Promise<number>((resolve) => {
    const stop = (): void => void gateway.stop().then(resolve);
    signals.on('SIGTERM', stop);
    signals.on('SIGINT', stop);
    void gateway.done.then(resolve);
  }).finally(unwatch);
  options.onReady?.(gateway);
  return stopped;
}

async function serveWithWorkers(
  options: ServeOptions,
  loaded: LoadedConfig,
  configText: string,
  files: FilesRead,
  logger: Log,
): Promise<number> {
  const { file, env, version, signals, err } = options;
  const shared = { readFile: files.read, clock: systemClock, random: Math.random, logger };
  const workers = await composeWorkers({ file, env, loaded, configText, fork: forkWorker, ...shared });
  if (typeof workers === 'string') {
    err(`${workers}\n`);
    return 1;
  }
  const { port, adminPort, count } = workers;
  logger.info({ version, port, adminPort, workers: count, revision: loaded.revision }, 'Spillway is ready');
  const stop = (): void => void workers.stop();
  const reload = (): void => void workers.reload('signal');
  signals.on('SIGTERM', stop);
  signals.on('SIGINT', stop);
  signals.on('SIGHUP', reload);
  signals.on('SIGUSR2', reload);
  return workers.done.finally(
    onFileChange(
      () => files.looks,
      systemClock,
      () => void workers.reload('file'),
    ),
  );
}
