/** Wires the primary process of a machine with several workers: who starts and replaces them, and what operators see. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdminListener, listenAdmin } from '../admin/listener.js';
import { createWorkersApp } from '../admin/workers-app.js';
import type { Environment } from '../config/environment.js';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import { ConfigError } from '../config/problem.js';
import { primarySettings } from '../config/reloadable.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import { keepsLastSecret } from '../lifecycle/reload.js';
import type { WorkerProcess } from '../lifecycle/worker-messages.js';
import { WorkerPool } from '../lifecycle/worker-pool.js';
import { MergedExposition } from '../metrics/merged-exposition.js';
import { PrimaryMetrics } from '../metrics/primary-metrics.js';
import type { ReloadResult } from '../metrics/vocabulary.js';
import { Certificates } from './certificates.js';

export interface WorkersOptions {
  readonly file: string;
  readonly env: Environment;
  /** The configuration to begin with, and the text it was read from. */
  readonly loaded: LoadedConfig;
  readonly configText: string;
  readonly readFile: (path: string) => Buffer;
  readonly fork: () => WorkerProcess;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Workers {
  readonly port: number;
  readonly adminPort: number;
  readonly count: number;
  /**
   * Reads the configuration again and starts workers of it in the place of those there are; a bad one changes nothing.
   * A signal replaces them in any case: the program may be a newer one.
   */
  reload(cause: 'signal' | 'file'): Promise<void>;
  /** As one gateway's `stop`, for all of them. @returns the exit status */
  stop(): Promise<number>;
  /** The exit status, once all have stopped, whoever told them to. */
  readonly done: Promise<number>;
}

/** Processes that a configuration asks for on this machine. */
export function workersOf({ server }: Config): number {
  return server.workers === 'auto' ? availableParallelism() : server.workers;
}

/**
 * @returns a sentence for the operator where no worker could start
 * @throws the system's error when the admin listener's address cannot be taken
 */
export async function composeWorkers(options: WorkersOptions): Promise<Workers | string> {
  const { file, env, loaded, configText, readFile, fork, clock, random, logger } = options;
  const folder = mkdtempSync(join(tmpdir(), 'spillway-'));
  chmodSync(folder, 0o700);
  const exposition = new MergedExposition(loaded.config.metrics.format);
  const metrics = new PrimaryMetrics(loaded.config.metrics.format);
  const certificates = new Certificates({ clock, logger });
  let finish: (status: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    finish = resolve;
  });
  let draining = false;
  let admin: AdminListener | null = null;
  const pool = new WorkerPool({
    fork,
    adminPathOf: (worker) => join(folder, `${worker}.sock`),
    onDrain: () => void stop(),
    onDeparted: (last) => {
      exposition.depart(last).catch((err: unknown) => logger.error({ err }, 'The last counts of a worker are lost'));
    },
    clock,
    random,
    logger,
  });
  const stop = async (): Promise<number> => {
    draining = true;
    const status = await pool.stop();
    await admin?.close();
    certificates.stop();
    rmSync(folder, { recursive: true, force: true });
    finish(status);
    return status;
  };
  const app = createWorkersApp({
    workers: () => pool.workers,
    reports: () => pool.reports(),
    ownMetrics: metrics.snapshot,
    exposition,
    isDraining: () => draining,
  });
  const count = workersOf(loaded.config);
  try {
    admin = await listenAdmin(app, loaded.config.admin, certificates.forListener(loaded.config.admin.tls));
  } catch (fault) {
    await stop();
    throw fault;
  }
  const begun = await pool.begin({ configText, files: loaded.files, count });
  if (begun.kind === 'failed') {
    await stop();
    return begun.problem;
  }
  let latest = { text: configText, loaded };
  const reread = async (cause: 'signal' | 'file'): Promise<ReloadResult> => {
    try {
      const text = readFile(file).toString('utf8');
      const next = loadConfig({ file, text, env, readFile });
      if (cause === 'file' && text === latest.text && next.filesRevision === latest.loaded.filesRevision)
        return 'unchanged';
      const settings = primarySettings(latest.loaded.config, next.config);
      if (!keepsLastSecret(latest.loaded, next)) settings.push('tickets.keys');
      if (settings.length > 0) return refuse(options, next, settings);
      latest = { text, loaded: next };
      return await replace(options, pool, text, next);
    } catch (fault) {
      const problem = fault instanceof ConfigError ? fault.message : String(fault);
      logger.error({ file, problem }, 'The new configuration is refused; the one before stays in force');
      return fault instanceof ConfigError ? 'invalid' : 'failed';
    }
  };
  const reload = async (cause: 'signal' | 'file'): Promise<void> => metrics.reloaded(await reread(cause));
  return { port: begun.port, adminPort: admin.port, count, reload, stop, done };
}

/** Of a change of the last key: old workers and new ones would not find each other's claims, and somebody could be paid twice. */
function refuse({ logger }: WorkersOptions, { revision }: LoadedConfig, settings: readonly string[]): ReloadResult {
  logger.error({ revision, settings }, 'The new configuration needs a restart; the one before stays in force');
  return 'restart-needed';
}

async function replace(
  { logger }: WorkersOptions,
  pool: WorkerPool,
  text: string,
  loaded: LoadedConfig,
): Promise<ReloadResult> {
  for (const { path, problem, cure } of loaded.warnings) logger.warn({ path, cure }, problem);
  const { revision } = loaded;
  const begun = await pool.begin({ configText: text, files: loaded.files, count: workersOf(loaded.config) });
  if (begun.kind === 'ready') logger.info({ revision }, 'New workers have taken over; the ones before finish and stop');
  else logger.error({ revision, problem: begun.problem }, 'New workers could not start; the ones before stay');
  return begun.kind === 'ready' ? 'applied' : 'failed';
}
