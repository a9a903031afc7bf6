/**
 * One connection to a target, which carries one request at a time.
 *
 *   opening ──ready──▶ free ──write──▶ busy ──answer complete──▶ free
 *      └───────────────┴────────────────┴── cut, ended, failed, said what nobody asked for ──▶ gone
 */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { AnswerParser, type AnswerTaker } from './answer-parser.js';
import { type Connector, readBuffer } from './connector.js';
import type { Carrier, Handler } from './handler.js';
import { Upload, type UploadOwner } from './upload.js';

/** Told of what becomes of a connection. */
export interface ConnectionOwner {
  ready(connection: Connection): void;
  /** Its answer is complete, and it may carry another request. */
  free(connection: Connection): void;
  /** @param fault - why it came to an end */
  gone(connection: Connection, fault: unknown): void;
}

/** A request, ready to be written. */
export interface Sendable {
  readonly toHead: boolean;
  readonly head: string;
  readonly body: Buffer | Readable | null;
  /** Of a stream, as announced, in bytes; -1: in chunks. */
  readonly length: number;
  readonly handler: Handler;
}

/** Bodies up to this are joined to their head, in bytes: one text is written in half the time that two pieces take. */
const JOINED_BYTES = 16_384;
const NOTHING = Buffer.alloc(0);

export class Connection implements Carrier, AnswerTaker, UploadOwner {
  isReady = false;
  isGone = false;
  /** When it is too old to carry another request, monotonic, in microseconds; its owner's to set. */
  staleUs = 0;
  readonly #socket: Socket;
  readonly #parser = new AnswerParser(this);
  #handler: Handler | null = null;
  #upload: Upload | null = null;
  /** What was read after the handler wanted no more; null: it takes all. */
  #held: Buffer | null = null;
  /** The other side has ended. */
  #hasEnded = false;

  constructor(
    connector: Connector,
    private readonly owner: ConnectionOwner,
  ) {
    this.#socket = connector.open(this.#onRead);
    this.#socket.once(connector.readyEvent, this.#onReady);
    this.#socket.on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
  }

  /** For how long it may be idle, as its other side said with the last answer, in seconds; -1: it did not. */
  get idleSeconds(): number {
    return this.#parser.idleSeconds;
  }

  get isBusy(): boolean {
    return this.#handler !== null;
  }

  write({ head, body, toHead, length, handler }: Sendable): void {
    const socket = this.#socket;
    this.#handler = handler;
    if (this.isGone) {
      this.#break(null);
      return;
    }
    this.#parser.expect(toHead);
    if (body === null) socket.write(head, 'latin1');
    else if (body instanceof Readable) {
      this.#upload = new Upload(socket, body, head, length, this);
      this.#upload.start();
    } else if (body.length <= JOINED_BYTES) socket.write(head + body.toString('latin1'), 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  cut(handler: Handler): void {
    if (this.#handler !== handler) return;
    this.#letGo();
    this.destroy(null);
  }

  resume(handler: Handler): void {
    if (this.#handler !== handler || this.#held === null) return;
    const held = this.#held;
    this.#held = null;
    // What has come meanwhile is unread: nobody knows whether the other side said more than its answer, or ended.
    if (!this.#take(held, false)) return;
    if (this.#hasEnded) this.#onEnd();
    else this.#socket.resume();
  }

  /** Ends it; whoever waits for an answer hears that it broke. */
  destroy(fault: unknown): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#socket.destroy();
    this.#break(fault);
    this.owner.gone(this, fault);
  }

  head(status: number, reason: string, fields: string[]): void {
    this.#handler?.head(status, reason, fields);
  }

  data(bytes: Buffer): boolean {
    // The next read overwrites what this one brought.
    if (this.#handler?.data(Buffer.from(bytes)) !== false) return true;
    this.#held = NOTHING;
    return false;
  }

  began(): void {
    this.#handler?.sent();
  }

  broke(detail: string): void {
    this.destroy(new Error(detail));
  }

  readonly #onReady = (): void => {
    this.isReady = true;
    this.owner.ready(this);
  };

  readonly #onRead = (length: number): boolean => {
    const bytes = readBuffer.subarray(0, length);
    if (this.#handler === null || this.#upload?.hasBegun === false) {
      this.destroy(new Error('bytes that answer nothing'));
      return false;
    }
    if (this.#held === null) return this.#take(bytes, true);
    // TLS gives all that it has decrypted, asked or not.
    this.#held = Buffer.concat([this.#held, bytes]);
    return false;
  };

  /**
   * @param isNew - all that has come until now is in `bytes`
   * @returns false when nothing more is to be read for now
   */
  #take(bytes: Buffer, isNew: boolean): boolean {
    const parser = this.#parser;
    const count = parser.read(bytes);
    const handler = this.#handler;
    // Cut from within what it was told.
    if (handler === null) return false;
    if (parser.fault !== '') {
      this.#letGo();
      this.destroy(null);
      handler.failed({ kind: 'malformed', detail: parser.fault, cause: null });
      return false;
    }
    if (this.#held !== null) {
      this.#held = count === bytes.length ? NOTHING : Buffer.from(bytes.subarray(count));
      return false;
    }
    if (parser.isDone) this.#complete(handler, isNew && count === bytes.length);
    return !this.isGone;
  }

  /** @param clean - nothing came behind the answer */
  #complete(handler: Handler, clean: boolean): void {
    const hasLeft = this.#upload?.isWritten !== false && this.#socket.writableLength === 0;
    const keeps = clean && hasLeft && this.#parser.keepsConnection;
    this.#letGo();
    handler.end();
    if (keeps && !this.isGone) this.owner.free(this);
    else this.destroy(null);
  }

  #letGo(): void {
    this.#handler = null;
    this.#held = null;
    this.#parser.stop();
    this.#upload?.stop();
    this.#upload = null;
  }

  #break(cause: unknown): void {
    const handler = this.#handler;
    if (handler === null) return;
    this.#letGo();
    handler.failed({ kind: 'broken', detail: detailOf(cause), cause });
  }

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    // What its handler has not taken yet may be a whole answer.
    if (this.#held !== null) return;
    const handler = this.#handler;
    if (handler !== null && this.#parser.ended()) this.#complete(handler, true);
    this.destroy(null);
  };

  /** At once: `close` comes behind the turn in which the next request would be written. */
  readonly #onError = (error: unknown): void => this.destroy(error);

  readonly #onClose = (): void => {
    if (!this.#hasEnded || this.#held === null) this.destroy(null);
  };
}

/** For logs. */
export function detailOf(cause: unknown): string {
  if (cause === null) return 'the connection ended';
  // Of a name with several addresses, of which none could be reached.
  if (cause instanceof AggregateError && cause.message === '') return detailOf(cause.errors[0]);
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code}: ` : '';
  return `${code}${cause.message}`;
}
