/**
 * Spillway inside somebody's own Express application.
 *
 * ```ts
 * const gateway = await createGateway({ config: 'spillway.yaml', services: { coupons: claimService } });
 * app.use(gateway.middleware); // at the root, before anything that reads bodies
 * …
 * server.close(); // first whoever takes requests
 * await gateway.close();
 * ```
 */
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { composeGateway } from '../compose/gateway.js';
import { loadConfig } from '../config/load.js';
import { ConfigError } from '../config/problem.js';
import type { GatewayMiddleware } from '../http/gateway-middleware.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger, type Logger } from '../kernel/logger.js';
import { listenInProcess } from './in-process-services.js';

export type { Logger };
export { ConfigError };

export interface CreateGatewayOptions {
  /** Path of a YAML file, or the same as an object; docs/configuration.md says what may stand in it. */
  readonly config: string | object;
  /**
   * Claim services in this process, by the id of their upstream, which then needs no `targets`: request listeners, as
   * an Express application is one.
   */
  readonly services?: Readonly<Record<string, RequestListener>>;
  /** `SPILLWAY_*` variables that win over `config`, `process.env` for example. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: one that writes to standard output, at the level that `log.level` says. */
  readonly logger?: Logger;
}

export interface EmbeddedGateway {
  /**
   * Serves the campaigns' routes and what is below `server.basePath`, and passes everything else on. `server.host`,
   * `port` and `tls` have no meaning here, and what a connection may do is the server's to bound.
   */
  readonly middleware: GatewayMiddleware;
  /** Where operators and Prometheus find it. */
  readonly adminPort: number;
  /** Finishes what it has and gives everything back. @returns whether all of it went well */
  close(): Promise<boolean>;
}

/**
 * @throws ConfigError with all that is wrong, each with its path and a cure
 * @throws the system's error when the admin listener's address cannot be taken
 */
export async function createGateway(options: CreateGatewayOptions): Promise<EmbeddedGateway> {
  const { config, services = {} } = options;
  const inProcess = await listenInProcess(services);
  try {
    const env = { ...options.env, ...inProcess.env };
    const loaded =
      typeof config === 'string'
        ? loadConfig({ file: config, env })
        : loadConfig({ file: 'the configuration given', text: JSON.stringify(config), env });
    const logger = options.logger ?? createLogger(loaded.config.log.level);
    for (const { path, problem, cure } of loaded.warnings) logger.warn({ path, cure }, problem);
    const gateway = await composeGateway({
      loaded,
      clock: systemClock,
      random: Math.random,
      logger,
      version: packageVersion(),
      embedded: true,
    });
    return {
      middleware: gateway.middleware,
      adminPort: gateway.adminPort,
      close: async () => {
        const status = await gateway.stop();
        await inProcess.close();
        return status === 0;
      },
    };
  } catch (fault) {
    await inProcess.close();
    throw fault;
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
