/**
 * Answers that are whole when they begin leave as one string in one write. Node's own way checks and joins each field,
 * then writes head, body and an empty end as three pieces: on small answers that is a quarter of all the time they take.
 *
 *   sendWhole ──▶ a server's own response that keeps its connection ──▶ head + body as Node's head, no body behind it
 *            └──▶ any other (HEAD, last of its connection, another's response) ──▶ writeHead, end
 *
 * Both ways give the same bytes: `test/http/whole-answer.test.ts` compares them, on every Node the project is tested with.
 */
import http, { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { areFields, fieldLines } from '../wire/field-syntax.js';

/** Bodies up to this are joined to their head, in bytes; copying more costs more than it saves. */
const JOINED_BYTES = 16_384;

/** Statuses whose answers end with their head (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Responses of the gateway's own servers: nothing but the gateway writes their fields. */
export class GatewayResponse<R extends IncomingMessage = IncomingMessage> extends http.ServerResponse<R> {}

/** What Node keeps of a response and has no public name for; `test/http/whole-answer.test.ts` would see a change. */
interface Unnamed {
  /** The head as it will be written, once known. */
  _header: string | null;
  _hasBody: boolean;
  readonly _keepAliveTimeout: number;
  readonly _maxRequestsPerSocket: number | null;
  readonly _expect_continue?: boolean;
  readonly _sent100: boolean;
  readonly maxRequestsOnConnectionReached?: boolean;
}

/** The part of an answer's head that is the same each time. */
export class AnswerHead {
  /** With the status line, up to the end of the last field. */
  readonly text: string;
  readonly reason: string;

  /** @param fields - names and values in turn, without `Content-Length`, `Date` and `Connection` */
  constructor(
    readonly status: number,
    readonly fields: readonly string[],
    reason = '',
  ) {
    this.reason = reason === '' ? (STATUS_CODES[status] ?? 'unknown') : reason;
    this.text = `HTTP/1.1 ${status} ${this.reason}\r\n${fieldLines(fields)}`;
  }
}

/**
 * @param further - fields beside those of `head`, names and values in turn
 * @param body - left out with a status that has none
 * @throws as `ServerResponse.writeHead`, when a field has a character that none may have
 */
export function sendWhole(
  res: ServerResponse,
  head: AnswerHead,
  further: readonly string[],
  body: string | Buffer,
): void {
  send(res, head, further, typeof body === 'string' ? byteText(body) : body);
}

/** The same for a body known to be ASCII: nobody has to look for what it is as bytes. */
export function sendAscii(res: ServerResponse, head: AnswerHead, further: readonly string[], body: string): void {
  send(res, head, further, body);
}

/** @param bytes - a text of a character a byte, or the bytes */
function send(res: ServerResponse, head: AnswerHead, further: readonly string[], bytes: string | Buffer): void {
  if (BODILESS.has(head.status)) {
    res.writeHead(head.status, head.reason, [...head.fields, ...further]).end();
    return;
  }
  const length = String(bytes.length);
  if (bytes.length <= JOINED_BYTES && takesWhole(res) && areFields(further)) {
    const text = `${head.text}${fieldLines(further)}Content-Length: ${length}\r\n`;
    end(res, head.status, head.reason, text, false, typeof bytes === 'string' ? bytes : bytes.toString('latin1'));
    return;
  }
  res.writeHead(head.status, head.reason, [...head.fields, ...further, 'Content-Length', length]);
  if (res.req.method === 'HEAD') res.end();
  else res.end(bytes, 'latin1');
}

/**
 * The same for an answer of somebody else's, whose fields have been judged and hold its length.
 * @returns false when nothing was written, as it has to go Node's way
 */
export function relayWhole(
  res: ServerResponse,
  status: number,
  reason: string,
  fields: readonly string[],
  body: Buffer,
): boolean {
  if (body.length > JOINED_BYTES || !takesWhole(res)) return false;
  const phrase = reason === '' ? (STATUS_CODES[status] ?? 'unknown') : reason;
  const head = `HTTP/1.1 ${status} ${phrase}\r\n${fieldLines(fields)}`;
  end(res, status, phrase, head, isDated(fields), body.toString('latin1'));
  return true;
}

/** Whether all of an answer is with the kernel; `writableFinished` says so only later on Node 24. */
export function hasLeft(res: ServerResponse): boolean {
  return res.writableEnded && res.writableLength === 0;
}

/** Whether Node would say no more of the connection than that it is kept. */
function takesWhole(res: ServerResponse): boolean {
  if (!(res instanceof GatewayResponse)) return false;
  const inner = res as unknown as Unnamed;
  return (
    inner._header === null &&
    inner._hasBody === true &&
    res.shouldKeepAlive &&
    inner.maxRequestsOnConnectionReached !== true &&
    (inner._expect_continue !== true || inner._sent100) &&
    res.getHeaderNames().length === 0
  );
}

/**
 * @param head - up to the end of its last field
 * @param dated - whether one of them is `Date`
 * @param body - a character a byte
 */
function end(res: ServerResponse, status: number, reason: string, head: string, dated: boolean, body: string): void {
  const inner = res as unknown as Unnamed;
  res.statusCode = status;
  res.statusMessage = reason;
  const { dateLine, connectionLines } = lastLines(inner);
  inner._header = dated ? `${head}${connectionLines}${body}` : `${head}${dateLine}${connectionLines}${body}`;
  inner._hasBody = false;
  res.end();
}

const last = { second: 0, timeoutMs: -1, requests: -1, dateLine: '', connectionLines: '' };

/**
 * The date of this second, as RFC 9110, section 5.6.7 writes it; then, as Node says it, that the connection is kept, for how
 * long, and the end of the head. All of a server say the same.
 */
function lastLines({ _keepAliveTimeout: timeoutMs, _maxRequestsPerSocket: most }: Unnamed): typeof last {
  const second = Math.floor(Date.now() / 1000);
  const requests = most ?? 0;
  if (second === last.second && timeoutMs === last.timeoutMs && requests === last.requests) return last;
  const bound = requests > 0 ? `, max=${requests}` : '';
  const timeout = timeoutMs > 0 ? `Keep-Alive: timeout=${Math.floor(timeoutMs / 1000)}${bound}\r\n` : '';
  last.second = second;
  last.timeoutMs = timeoutMs;
  last.requests = requests;
  last.dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  last.connectionLines = `Connection: keep-alive\r\n${timeout}\r\n`;
  return last;
}

function isDated(fields: readonly string[]): boolean {
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at]!;
    if (name.length === 4 && name.toLowerCase() === 'date') return true;
  }
  return false;
}

/** A character a byte of its UTF-8; an ASCII text is that already. */
function byteText(text: string): string {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? text : Buffer.from(text).toString('latin1');
}
