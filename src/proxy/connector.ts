/**
 * Makes connections within an exact time. undici's own limit counts in steps of half a second, which is too
 * coarse to leave a short deadline room for another target; it stays as what takes the late socket away.
 */
import { buildConnector, errors } from 'undici';
import type { Clock } from '../kernel/clock.js';

/** How the two sides of a connection know each other. */
export interface ConnectorTls {
  /** What the gateway shows, and whom it believes. */
  readonly pem: {
    readonly ca: Buffer | undefined;
    readonly cert: Buffer | undefined;
    readonly key: Buffer | undefined;
  };
  /** The name that the certificate of the other side must have; null: the target's. */
  readonly serverName: string | null;
  /** New connections are made with what is given then. */
  onRenewed(run: () => void): void;
}

/**
 * @param connectMs - time until a connection, TLS included, must stand, in milliseconds
 * @param tls - null: what is usual on this machine
 */
export function connector(connectMs: number, clock: Clock, tls: ConnectorTls | null): buildConnector.connector {
  const build = (): buildConnector.connector =>
    buildConnector({ timeout: connectMs, allowH2: false, ...(tls === null ? {} : secured(tls)) });
  let connect = build();
  tls?.onRenewed(() => {
    connect = build();
  });
  return (options, callback) => {
    let open = true;
    const timer = clock.after(connectMs, () => {
      if (!open) return;
      open = false;
      callback(new errors.ConnectTimeoutError(`no connection within ${connectMs} ms`), null);
    });
    connect(options, (...result) => {
      timer.cancel();
      if (open) {
        open = false;
        callback(...result);
      } else if (result[1] !== null) {
        result[1]?.destroy();
      }
    });
  };
}

function secured({ pem: { ca, cert, key }, serverName }: ConnectorTls) {
  return {
    minVersion: 'TLSv1.2' as const,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === null ? {} : { servername: serverName }),
  };
}
