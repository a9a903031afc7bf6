/**
 * Another configuration in place of the one in force: all of it or nothing. Reloads take their turns; one that is
 * refused, for whatever reason, leaves everything as it was.
 *
 *   in force ──load──▶ read ──prepare──▶ prepared ──commit──▶ in force
 *      ▲  ▲ same revision │  │ needs a restart      │ cannot be put together
 *      └──┴───────────────┴──┴──────────────────────┘
 */
import type { LoadedConfig } from '../config/load.js';
import { ConfigError, type ConfigProblem } from '../config/problem.js';
import { configChanges } from '../config/reloadable.js';
import type { Logger } from '../kernel/logger.js';

export type ReloadTrigger = 'file' | 'signal' | 'admin';

export type ReloadOutcome =
  /** `changed`: paths of what differs from before. */
  | { readonly kind: 'applied' | 'dry-run'; readonly revision: string; readonly changed: readonly string[] }
  | { readonly kind: 'unchanged'; readonly revision: string }
  | { readonly kind: 'invalid'; readonly revision: string; readonly problems: readonly ConfigProblem[] }
  /** `settings`: paths of what cannot change while the gateway runs. */
  | { readonly kind: 'restart-needed'; readonly revision: string; readonly settings: readonly string[] }
  | { readonly kind: 'failed'; readonly revision: string; readonly why: string };

/** A configuration that is ready to take over. In the end it is either committed or discarded. */
export interface PreparedConfig {
  /** Gets what is new to work, unseen. */
  start(): Promise<void>;
  /** In one turn of the event loop, and without a fault. */
  commit(): void;
  discard(): void;
}

export interface ReloadOptions {
  /** @throws ConfigError */
  readonly load: () => LoadedConfig;
  /** The one in force. */
  readonly current: () => LoadedConfig;
  /** @throws whatever stands in its way; nothing has changed then */
  readonly prepare: (loaded: LoadedConfig) => PreparedConfig;
  readonly observe: (outcome: ReloadOutcome) => void;
  readonly logger: Logger;
}

export class Reload {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ReloadOptions) {}

  /** @param dryRun - says what would happen, and does nothing */
  run(trigger: ReloadTrigger, dryRun = false): Promise<ReloadOutcome> {
    const turn = this.#last.then(() => this.#once(trigger, dryRun));
    this.#last = turn;
    return turn;
  }

  async #once(trigger: ReloadTrigger, dryRun: boolean): Promise<ReloadOutcome> {
    const outcome = await this.#outcome(dryRun);
    if (dryRun) return outcome;
    this.options.observe(outcome);
    this.#log(outcome, trigger);
    return outcome;
  }

  async #outcome(dryRun: boolean): Promise<ReloadOutcome> {
    const { load, current, prepare, logger } = this.options;
    const before = current();
    const { revision } = before;
    try {
      const loaded = load();
      const sameFiles = loaded.filesRevision === before.filesRevision;
      if (loaded.revision === revision && sameFiles) return { kind: 'unchanged', revision };
      const changes = configChanges(before.config, loaded.config);
      const settings = changes.filter(({ live }) => !live).map(({ path }) => path);
      if (!keepsLastSecret(before, loaded)) settings.push('tickets.keys');
      if (settings.length > 0) return { kind: 'restart-needed', revision, settings };
      const changed = changes.map(({ path }) => path);
      if (!sameFiles) changed.push('contents of files');
      const prepared = prepare(loaded);
      if (dryRun) {
        prepared.discard();
        return { kind: 'dry-run', revision, changed };
      }
      await prepared.start();
      prepared.commit();
      for (const { path, problem, cure } of loaded.warnings) logger.warn({ path, cure }, problem);
      return { kind: 'applied', revision: loaded.revision, changed };
    } catch (fault) {
      if (fault instanceof ConfigError) return { kind: 'invalid', revision, problems: fault.problems };
      return { kind: 'failed', revision, why: fault instanceof Error ? fault.message : String(fault) };
    }
  }

  #log(outcome: ReloadOutcome, trigger: ReloadTrigger): void {
    const { logger } = this.options;
    const facts = { trigger, ...outcome };
    switch (outcome.kind) {
      case 'applied':
        logger.info(facts, 'A new configuration is in force');
        return;
      case 'unchanged':
      case 'dry-run':
        logger.info(facts, 'The configuration has not changed');
        return;
      case 'invalid':
        logger.error(facts, 'The new configuration is wrong; the one before stays in force');
        return;
      case 'restart-needed':
        logger.error(facts, 'The new configuration needs a restart; the one before stays in force');
        return;
      case 'failed':
        logger.error(facts, 'The new configuration could not take over; the one before stays in force');
    }
  }
}

/**
 * Names of claimants and claims in the store come from the last secret. It may have changed in its file, where the
 * configuration shows nothing of it.
 */
export function keepsLastSecret(before: LoadedConfig, after: LoadedConfig): boolean {
  const [was, is] = [before.ticketKeys.at(-1), after.ticketKeys.at(-1)];
  if (was === undefined || is === undefined) return was === is;
  return was.id === is.id && Buffer.compare(was.secret, is.secret) === 0;
}
