/** The admin listener: a port of its own, so that operators get through when clients do not. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AdminListener {
  /** The port in use; the one asked for, unless that was 0. */
  readonly port: number;
  /** Ends at once: nobody's claim depends on an answer of this listener. */
  close(): Promise<void>;
}

/** @throws the system's error when the address cannot be taken */
export async function listenAdmin(app: RequestListener, host: string, port: number): Promise<AdminListener> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, app);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
