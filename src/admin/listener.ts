/** The admin listener: a port of its own, so that operators get through when clients do not. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** A port; or a socket in the file system, for a worker whose primary has the port. */
export type AdminAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface AdminListener {
  /** The port in use; the one asked for, unless that was 0. On a socket in the file system: 0. */
  readonly port: number;
  /** Ends at once: nobody's claim depends on an answer of this listener. */
  close(): Promise<void>;
}

/** @throws the system's error when the address cannot be taken */
export async function listenAdmin(app: RequestListener, at: AdminAddress): Promise<AdminListener> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, app);
  // Of a worker's listeners, this one is its own and not shared with the others.
  server.listen({ ...at, exclusive: true });
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
