/**
 * Real HTTP for tens of thousands of people in one process. Connections are kept alive and handed out newest first,
 * so that a crowd of pollers needs few; one more is opened whenever all are busy, up to a bound, and only beyond it
 * does a request wait its turn. One undici Client is one connection: its Pool looks for a free one by walking all.
 */
import { Client, type Dispatcher } from 'undici';
import { type JudgedFields, type NoReply, type Reply, readLineDocument } from './reply.js';
import { readFields } from './reply-fields.js';
import { type HttpRequest, httpRequestOf, type RequestFormOptions } from './request-form.js';
import type { Answered, Outgoing, Transport } from './transport.js';

export interface HttpTransportOptions {
  /** Origins of the gateways, such as `http://127.0.0.1:8080`. */
  readonly origins: readonly string[];
  /** An answer that takes longer counts as none, in milliseconds. */
  readonly timeoutMs: number;
  /** Most connections to one gateway. */
  readonly maxConnections: number;
  readonly form: RequestFormOptions;
}

interface Waiting {
  readonly request: HttpRequest;
  readonly done: Answered;
}

export class HttpTransport implements Transport {
  readonly #lanes: Lane[];

  constructor(private readonly options: HttpTransportOptions) {
    this.#lanes = options.origins.map((origin) => new Lane(origin, options));
  }

  /** Connections opened so far, over all gateways. */
  get connections(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.connections, 0);
  }

  send(target: number, request: Outgoing, done: Answered): void {
    const lane = this.#lanes[target];
    if (lane === undefined) throw new RangeError(`there is no gateway number ${target}`);
    lane.send(httpRequestOf(request, this.options.form), done);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

/** The connections to one gateway. */
class Lane {
  readonly #origin: string;
  readonly #options: HttpTransportOptions;
  readonly #all: Client[] = [];
  readonly #free: Client[] = [];
  readonly #waiting: Waiting[] = [];

  constructor(origin: string, options: HttpTransportOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  get connections(): number {
    return this.#all.length;
  }

  send(request: HttpRequest, done: Answered): void {
    const client = this.#free.pop() ?? this.#open();
    if (client === null) this.#waiting.push({ request, done });
    else this.#dispatch(client, request, done);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((client) => client.destroy()));
  }

  #open(): Client | null {
    if (this.#all.length >= this.#options.maxConnections) return null;
    const { timeoutMs } = this.#options;
    const client = new Client(this.#origin, {
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
    });
    this.#all.push(client);
    return client;
  }

  #dispatch(client: Client, request: HttpRequest, done: Answered): void {
    const settle = (reply: Reply | NoReply): void => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(client);
      else this.#dispatch(client, next.request, next.done);
      done(reply);
    };
    client.dispatch(request as Dispatcher.DispatchOptions, new Answer(settle));
  }
}

/** Reads one answer; raw headers, because few of them matter. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #settle: (reply: Reply | NoReply) => void;
  #status = 0;
  #retryAfterMs: number | null = null;
  #fields: JudgedFields | null = null;
  #body = '';

  constructor(settle: (reply: Reply | NoReply) => void) {
    this.#settle = settle;
  }

  onConnect(): void {}

  onHeaders(status: number, headers: Buffer[]): boolean {
    this.#status = status;
    const { retryAfterMs, fields } = readFields(headers, Date.now());
    this.#retryAfterMs = retryAfterMs;
    this.#fields = fields;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#body += chunk.toString('utf8');
    return true;
  }

  onComplete(): void {
    const body = this.#body;
    this.#settle({
      kind: 'reply',
      status: this.#status,
      retryAfterMs: this.#retryAfterMs,
      document: readLineDocument(body),
      fields: this.#fields,
      body,
    });
  }

  onError(error: Error & { readonly code?: string }): void {
    this.#settle({ kind: 'none', error: error.code ?? error.name });
  }
}
