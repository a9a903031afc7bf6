/**
 * Reads answers as RFC 9112 frames them, from the bytes of one connection. What always holds: how long a body is has one
 * reading only (two lengths, length and chunks, a coding nobody asked for are malformed); lines end with CR LF; a name is a
 * token, a value has no control character; a head, a chunk's line and trailers are bounded.
 *
 *   head ──1xx──▶ head
 *     ├──no body──────────────────────────────────────────────▶ done
 *     ├──Content-Length──▶ sized ────────────────────────────────▶ done
 *     ├──chunked──▶ chunk's line ──▶ chunk ──▶ its end ─┐
 *     │                  ▲ └──0──▶ trailers ────────────┼───▶ done
 *     │                  └───────────────────────────────┘
 *     └──neither──▶ until the connection ends ─────────────────▶ done
 */
import { isFieldName, isFieldValue } from './field-syntax.js';
import { Framing } from './framing.js';

/** Told of an answer piece by piece. */
export interface AnswerTaker {
  /**
   * @param reason - empty when there is none, or none that could be repeated
   * @param fields - names and values in turn, as they came, a character a byte; the taker's to keep
   */
  head(status: number, reason: string, fields: string[]): void;
  /**
   * @param bytes - good within this call only
   * @returns false to be given no more for now
   */
  data(bytes: Buffer): boolean;
}

/** What comes next. */
const State = {
  head: 0,
  sized: 1,
  chunkLine: 2,
  chunk: 3,
  chunkEnd: 4,
  trailers: 5,
  untilEnd: 6,
  done: 7,
} as const;
type State = (typeof State)[keyof typeof State];

/** Of a head or all trailers, in bytes; of a chunk's line. */
const MAX_HEAD_BYTES = 32 * 1024;
const MAX_CHUNK_LINE_BYTES = 4096;
const LF = 10;

/** Size, then extensions, which mean nothing to anybody (RFC 9112, section 7.1.1). */
const CHUNK_LINE = /^([0-9a-f]{1,13})(?:;[\t\x20-\x7e\x80-\xff]+)?\r\n$/i;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: ([^\r\n]*))?$/;
const BARE_LF = /(?:^|[^\r])\n/;

export class AnswerParser {
  /** What is wrong with the answer; empty: nothing so far. */
  fault = '';
  /** Whether the connection may carry another request once the answer is complete. */
  keepsConnection = false;
  /** For how long an idle connection is kept, as `Keep-Alive` says, in seconds; -1: it says nothing. */
  idleSeconds = -1;
  #state: State = State.done;
  #toHead = false;
  /** Of a head, line or trailers: what came of it. */
  #text = '';
  /** Bytes that still belong to the body, or to its chunk. */
  #left = 0;

  constructor(private readonly taker: AnswerTaker) {}

  /** @param toHead - the answer is one to HEAD, which has no body whatever its fields say */
  expect(toHead: boolean): void {
    this.fault = '';
    this.#state = State.head;
    this.#toHead = toHead;
    this.#text = '';
  }

  get isDone(): boolean {
    return this.#state === State.done;
  }

  /** Nothing more is said to anybody. */
  stop(): void {
    this.#state = State.done;
  }

  /** The connection has ended. @returns whether that completes the answer */
  ended(): boolean {
    if (this.#state !== State.untilEnd) return false;
    this.#state = State.done;
    return true;
  }

  /**
   * @returns how many of `bytes` were read: fewer than there are once the answer is done or malformed, or the taker wants no
   *   more for now
   */
  read(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case State.done:
          return at;
        case State.head:
          at = this.#readHead(bytes, at);
          break;
        case State.sized:
        case State.chunk:
        case State.untilEnd: {
          const count = this.#state === State.untilEnd ? bytes.length - at : Math.min(this.#left, bytes.length - at);
          at += count;
          if (!this.#deliver(bytes.subarray(at - count, at))) return at;
          break;
        }
        default:
          at = this.#readLine(bytes, at);
      }
    }
    return at;
  }

  #deliver(bytes: Buffer): boolean {
    const state = this.#state;
    this.#left -= bytes.length;
    if (this.#left === 0 && state !== State.untilEnd) this.#state = state === State.sized ? State.done : State.chunkEnd;
    return this.taker.data(bytes);
  }

  #readHead(bytes: Buffer, at: number): number {
    const before = this.#text.length;
    const text = this.#text + bytes.toString('latin1', at, Math.min(bytes.length, at + MAX_HEAD_BYTES + 1 - before));
    // Its last characters may be the first of the end.
    const end = text.indexOf('\r\n\r\n', Math.max(0, before - 3));
    if (end < 0) {
      if (text.length > MAX_HEAD_BYTES) return this.#malformed(`a head of more than ${MAX_HEAD_BYTES} bytes`, at);
      if (!'HTTP/1.'.startsWith(text.slice(0, 7))) return this.#malformed('no HTTP/1.1', at);
      if (BARE_LF.test(text)) return this.#malformed('a line that ends without CR', at);
      this.#text = text;
      return bytes.length;
    }
    this.#text = '';
    const next = at + end + 4 - before;
    this.#takeHead(text, end + 2);
    return next;
  }

  /** @param end - behind the last field's CR LF */
  #takeHead(text: string, end: number): void {
    const first = text.indexOf('\r\n');
    const line = STATUS_LINE.exec(text.slice(0, first));
    if (line === null) {
      this.#malformed('no status line of HTTP/1.1', 0);
      return;
    }
    const status = Number(line[2]);
    if (status === 101) {
      this.#malformed('another protocol, which nobody asked for', 0);
      return;
    }
    const framing = new Framing(line[1] === '0');
    const fields: string[] = [];
    for (let at = first + 2; at < end; ) {
      const lineEnd = text.indexOf('\r\n', at);
      const colon = text.indexOf(':', at);
      const name = colon < 0 || colon > lineEnd ? '' : text.slice(at, colon);
      const value = trimmed(text, colon + 1, lineEnd);
      if (!isFieldName(name) || !isFieldValue(value)) {
        this.#malformed(`line ${fields.length / 2 + 2} is no field`, 0);
        return;
      }
      fields.push(name, value);
      framing.hear(name, value);
      at = lineEnd + 2;
    }
    if (framing.fault !== '') {
      this.#malformed(framing.fault, 0);
      return;
    }
    // Interim answers say nothing final, and what they hint at is between the service and the gateway (RFC 9110, section 15.2).
    if (status < 200) return;
    this.#begin(status, framing);
    const reason = line[3] ?? '';
    this.taker.head(status, isFieldValue(reason) ? reason : '', fields);
  }

  #begin(status: number, { length, isChunked, keeps, idleSeconds }: Framing): void {
    this.idleSeconds = idleSeconds;
    const isBodiless = status === 204 || status === 304;
    // Whoever announces a body that may not be is likely to send it. (To HEAD and in 304 a length speaks of another answer.)
    const isAnnounced = isBodiless && (isChunked || (status === 204 && length > 0));
    this.keepsConnection = keeps && !this.#toHead && !isAnnounced;
    if (this.#toHead || isBodiless || (length === 0 && !isChunked)) this.#state = State.done;
    else if (isChunked) this.#state = State.chunkLine;
    else if (length > 0) {
      this.#state = State.sized;
      this.#left = length;
    } else {
      this.#state = State.untilEnd;
      this.keepsConnection = false;
    }
  }

  #readLine(bytes: Buffer, at: number): number {
    const lineFeed = bytes.indexOf(LF, at);
    const next = lineFeed < 0 ? bytes.length : lineFeed + 1;
    const line = this.#text + bytes.toString('latin1', at, Math.min(next, at + MAX_HEAD_BYTES + 1));
    if (line.length > (this.#state === State.trailers ? MAX_HEAD_BYTES : MAX_CHUNK_LINE_BYTES))
      return this.#malformed('a line that is too long', at);
    this.#text = line;
    if (lineFeed < 0) return next;
    if (this.#state === State.trailers) return this.#readTrailers(line, next);
    this.#text = '';
    if (this.#state === State.chunkEnd) {
      if (line !== '\r\n') return this.#malformed('a chunk longer than its size', at);
      this.#state = State.chunkLine;
      return next;
    }
    const size = CHUNK_LINE.exec(line);
    if (size === null) return this.#malformed('a chunk without a size', at);
    this.#left = Number.parseInt(size[1]!, 16);
    this.#state = this.#left === 0 ? State.trailers : State.chunk;
    return next;
  }

  /** Trailers are read to their end, and go no further. @param lines - all that came of them, up to the end of a line */
  #readTrailers(lines: string, next: number): number {
    if (lines === '\r\n' || lines.endsWith('\r\n\r\n')) {
      this.#text = '';
      this.#state = State.done;
    } else if (!lines.endsWith('\r\n')) return this.#malformed('a line that ends without CR', next);
    return next;
  }

  #malformed(what: string, at: number): number {
    this.fault = what;
    this.keepsConnection = false;
    this.#state = State.done;
    return at;
  }
}

/** Without the blanks around it (RFC 9110, section 5.5). */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || code === 9;
}
