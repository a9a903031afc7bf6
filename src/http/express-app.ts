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
import express, { type Express, type Request, type Response } from 'express';
import { type ListenerTls, secureServer } from '../lifecycle/secure-server.js';
import { GatewayRequest } from '../proxy/gateway-request.js';
import { GatewayResponse } from '../proxy/whole-answer.js';
import { keepIdleTimeout } from './idle-timeout.js';

/** Bounds of one connection. Times in milliseconds, sizes in bytes. */
export interface ServerLimits {
  /** From the first byte of a request to the end of its header. Slow senders are cut off here. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. Longer than a near poll, so that whoever waits keeps one. */
  readonly keepAliveTimeoutMs: number;
  /** Request line and header fields together; beyond: 431. */
  readonly maxHeaderBytes: number;
  /** Then the connection is closed after its answer, so that connections spread anew over the gateways; 0: never. */
  readonly maxRequestsPerSocket: number;
  /**
   * How often slow requests are looked for. All that are found at once are cut off in one turn of the event loop, each for
   * some 30 µs: looked for often, thousands of them hold up nobody.
   */
  readonly connectionsCheckingIntervalMs: number;
}

export const serverLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16_384,
  maxRequestsPerSocket: 100_000,
  connectionsCheckingIntervalMs: 25,
};

export interface ServerOptions {
  readonly limits?: Partial<ServerLimits>;
  /** Without, plain HTTP. */
  readonly tls?: ListenerTls | null;
}

/** Answers, or calls `next` for whoever comes after. */
export type First = (req: Request, res: Response, next: () => void) => void;

/**
 * Lets `first` see every request before Express does. What it passes on is served by `app` as ever: Express's way to
 * its first layer costs a small answer a tenth of its time.
 */
export function serveFirst(app: Express, first: First): void {
  const dispatching = app as unknown as { handle(req: Request, res: Response, done?: (err?: unknown) => void): void };
  const { handle } = dispatching;
  dispatching.handle = (req, res, done) => first(req, res, () => handle.call(app, req, res, done));
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
 * What prelinked servers make of every request and response: one class of each in the whole process. Two classes that
 * are alike are two shapes to V8, and code that has met several is slower for good, Node's own included.
 */
class PrelinkedRequest extends GatewayRequest {}
class PrelinkedResponse extends GatewayResponse<PrelinkedRequest> {}

type PrelinkedServer = http.Server & { application?: Express };

/** The application is the server's, as requests and responses of all of them share their prototypes. */
function knowApplication(prototype: object, serverOf: (message: unknown) => PrelinkedServer): void {
  Object.defineProperty(prototype, 'app', {
    configurable: true,
    get(this: unknown) {
      return serverOf(this).application;
    },
  });
}
type Served = { readonly socket: { readonly server: PrelinkedServer } };
knowApplication(PrelinkedRequest.prototype, (req) => (req as Served).socket.server);
knowApplication(PrelinkedResponse.prototype, (res) => (res as { readonly req: Served }).req.socket.server);

/**
 * A server for `app`, not listening yet. A request without Host reaches `app`, whose hygiene answers it with a
 * problem document; Node's own answer would be bare. Changes `app.request` and `app.response`, which from then on are
 * those of all prelinked servers; what was mounted before keeps working and sees what is added to them.
 */
export function createPrelinkedServer(app: Express, options: ServerOptions = {}): http.Server {
  const limits = { ...serverLimits, ...options.limits };
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
  const server: PrelinkedServer = options.tls ? secureServer(options.tls, common, app) : http.createServer(common, app);
  server.application = app;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.on(options.tls ? 'secureConnection' : 'connection', keepIdleTimeout);
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
