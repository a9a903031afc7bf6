/**
 * Makes connections within an exact time. undici's own limit counts in steps of half a second, which is too
 * coarse to leave a short deadline room for another target; it stays as what takes the late socket away.
 */
import { buildConnector, errors } from 'undici';
import type { Clock } from '../kernel/clock.js';

/** @param connectMs - time until a connection, TLS included, must stand, in milliseconds */
export function connector(connectMs: number, clock: Clock): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs, allowH2: false });
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
