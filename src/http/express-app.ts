/**
 * Express 5 without its per-request tax. Express replaces the prototype of every request and response, which on
 * Node 20 costs four times as much as the rest of a small answer. Here Node makes them with Express's prototypes in
 * the first place: `Object.setPrototypeOf(req, app.request)` then changes nothing, and Express is left as it is.
 *
 *   req ──▶ app.request, a class with the descriptors of Express's ──▶ http.IncomingMessage.prototype
 *
 * Descriptors are copied when the server is made: what is added to `app.request` later is seen, what is added to
 * `express.request` later is not.
 */
import http from 'node:http';
import https from 'node:https';
import express, { type Express } from 'express';

/** Bounds of one connection. Times in milliseconds, sizes in bytes. */
export interface ServerLimits {
  /** From the first byte of a request to the end of its header. Slow senders are cut off here. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. Longer than a near poll, so that a waiter keeps his. */
  readonly keepAliveTimeoutMs: number;
  /** Request line and header fields together; beyond: 431. */
  readonly maxHeaderBytes: number;
  /** Then the connection is closed after its answer, so that connections spread anew over the gateways; 0: never. */
  readonly maxRequestsPerSocket: number;
  /** How often slow requests are looked for. */
  readonly connectionsCheckingIntervalMs: number;
}

export const serverLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16_384,
  maxRequestsPerSocket: 100_000,
  connectionsCheckingIntervalMs: 2_000,
};

export interface ServerOptions {
  readonly limits?: Partial<ServerLimits>;
  /** PEM certificate chain and key; without, plain HTTP. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
}

/** An Express application that adds nothing to an answer by itself and matches paths exactly. */
export function createApplication(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.set('env', 'production');
  return app;
}

/**
 * A server for `app`, not listening yet. A request without Host reaches `app`, whose hygiene answers it with a
 * problem document; Node's own answer would be bare. Changes `app.request` and `app.response`; what was mounted
 * before keeps working and sees what is added to them.
 */
export function createPrelinkedServer(app: Express, options: ServerOptions = {}): http.Server {
  const limits = { ...serverLimits, ...options.limits };
  class PrelinkedRequest extends http.IncomingMessage {}
  class PrelinkedResponse extends http.ServerResponse {}
  app.request = relink(app.request, PrelinkedRequest.prototype, http.IncomingMessage.prototype);
  app.response = relink(app.response, PrelinkedResponse.prototype, http.ServerResponse.prototype);
  const common = {
    IncomingMessage: PrelinkedRequest,
    ServerResponse: PrelinkedResponse,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
    insecureHTTPParser: false,
    requireHostHeader: false,
    noDelay: true,
  };
  const server = options.tls
    ? https.createServer({ ...common, cert: options.tls.cert, key: options.tls.key }, app)
    : http.createServer(common, app);
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  return server;
}

/**
 * Moves what stands between `from` and `base` onto `onto`, nearest first. `from` then inherits from `onto`, for
 * whoever already inherits from it.
 */
function relink<T extends object>(from: T, onto: object, base: object): T {
  for (let link: object | null = from; link !== null && link !== base; link = Object.getPrototypeOf(link)) {
    for (const key of Reflect.ownKeys(link)) {
      if (Object.hasOwn(onto, key)) continue;
      Object.defineProperty(onto, key, Object.getOwnPropertyDescriptor(link, key) as PropertyDescriptor);
    }
  }
  Object.setPrototypeOf(from, onto);
  return onto as T;
}
