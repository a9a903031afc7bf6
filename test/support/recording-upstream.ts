/**
 * A claim service that writes down what reaches it, as lenient as a server can be: it takes requests that a strict
 * one would refuse, so that what a gateway lets slip shows here as a request.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Recorded {
  readonly method: string;
  /** The request target as received. */
  readonly url: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  /** Whole once `complete`. */
  readonly body: Buffer;
  /** False: the sender broke off. Null: still under way. */
  readonly complete: boolean | null;
  /** When its head arrived, monotonic, in milliseconds. */
  readonly atMs: number;
}

export type Respond = (request: Recorded, response: ServerResponse) => void;

export interface RecordingUpstream {
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** Requests without a complete answer, and the most there ever were. */
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** How it answers from now on, once a request is whole; 201 with a coupon at first. */
  respond: Respond;
  /** Resolves when `count` requests have arrived, head at least. */
  arrived(count: number): Promise<void>;
  stop(): Promise<void>;
}

export const grant: Respond = (_request, response) => {
  const body = '{"coupon":"RED-1"}';
  response.writeHead(201, ['Content-Type', 'application/json', 'Content-Length', String(body.length)]).end(body);
};

interface Draft {
  body: Buffer;
  complete: boolean | null;
}

class LenientUpstream implements RecordingUpstream {
  readonly requests: Recorded[] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: Array<{ readonly count: number; readonly run: () => void }> = [];
  readonly #server = createServer(
    { insecureHTTPParser: true, requireHostHeader: false, keepAliveTimeout: 60_000 },
    (request, response) => this.#take(request, response),
  );

  constructor(public respond: Respond) {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  arrived(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise((run) => this.#waiting.push({ count, run }));
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const draft: Draft = { body: Buffer.alloc(0), complete: null };
    const recorded: Recorded = Object.assign(draft, {
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
      atMs: performance.now(),
    });
    this.requests.push(recorded);
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    // Answered is what was said in full, whether or not the words are out yet.
    let open = true;
    const answered = (): void => {
      if (open) this.inFlight--;
      open = false;
    };
    response.once('prefinish', answered).once('close', answered);
    for (const { count, run } of this.#waiting) if (this.requests.length >= count) run();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.once('close', () => {
      draft.body = Buffer.concat(chunks);
      draft.complete = request.complete;
    });
    request.once('end', () => {
      draft.body = Buffer.concat(chunks);
      draft.complete = true;
      this.respond(recorded, response);
    });
  }
}

export async function startRecordingUpstream(respond: Respond = grant): Promise<RecordingUpstream> {
  const upstream = new LenientUpstream(respond);
  await upstream.listen();
  return upstream;
}
