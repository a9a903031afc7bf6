/** The admin listener: a port of its own, so that operators get through when clients do not. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type ListenerTls, secureServer } from '../lifecycle/secure-server.js';

/** A port; or a socket in the file system, for a worker whose primary has the port. */
export type AdminAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface AdminListener {
  /** The port in use; the one asked for, unless that was 0. On a socket in the file system: 0. */
  readonly port: number;
  /** Ends at once: nobody's claim depends on an answer of this listener. */
  close(): Promise<void>;
}

/** @throws the system's error when the address cannot be taken */
export async function listenAdmin(
  app: RequestListener,
  at: AdminAddress,
  tls: ListenerTls | null = null,
): Promise<AdminListener> {
  const limits = { requestTimeout: 10_000, headersTimeout: 5_000 };
  const server = tls === null ? createServer(limits, app) : secureServer(tls, limits, app);
  // Of a worker's listeners, this one is its own and not shared with the others.
  const where = 'path' in at ? { path: at.path } : { host: at.host, port: at.port };
  server.listen({ ...where, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
