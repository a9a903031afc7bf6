/** A server that speaks TLS, with a certificate that may be renewed while it runs. */
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';

/** How a listener shows who it is. */
export interface ListenerTls {
  readonly pem: { readonly cert: Buffer | undefined; readonly key: Buffer | undefined };
  /** New connections are made with what is given then. */
  onRenewed(run: (pem: ListenerTls['pem']) => void): void;
}

/** How long a client may take to agree on keys, in milliseconds. */
const HANDSHAKE_MS = 10_000;
const MIN_VERSION = 'TLSv1.2';

/** @param options - of `http.createServer` */
export function secureServer(tls: ListenerTls, options: object, app: RequestListener): Server {
  const { cert, key } = tls.pem;
  const secure = { ...options, cert, key, minVersion: MIN_VERSION, handshakeTimeout: HANDSHAKE_MS } as const;
  const server = createServer(secure as Parameters<typeof createServer>[0], app);
  tls.onRenewed((pem) => server.setSecureContext({ cert: pem.cert, key: pem.key, minVersion: MIN_VERSION }));
  return server;
}
