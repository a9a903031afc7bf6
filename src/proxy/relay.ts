/**
 * Streams an answer to the client as it comes. What always holds: the result is known as soon as the upstream
 * is done, whatever the client still has to read; at most `BUFFER_BYTES` and one read of the upstream's socket
 * wait for a slow client, beyond that the upstream is held up (and the time limit of the exchange bounds for how
 * long); nothing is written before there is something to say, so that a fault before the first byte of a body
 * can still be answered; and half an answer ends with the client's connection, never as a complete answer.
 */
import type { ServerResponse } from 'node:http';
import type { AnswerSink, Handover } from './answer-sink.js';
import type { UpstreamFault } from './upstream-fault.js';
import { relayWhole } from './whole-answer.js';

/** What a slow client may leave unread, in bytes, before the upstream is held up. */
export const BUFFER_BYTES = 256 * 1024;

export interface RelayOptions {
  /** The client's going away ends nothing: the rest of the answer is taken in and the outcome reported. */
  readonly keepRunning: boolean;
  /** Our fields after the upstream's: name, value, name, value … */
  readonly extraHeaders: readonly string[];
}

export type RelayResult =
  | { readonly kind: 'answered'; readonly status: number; readonly bodyBytes: number; readonly clientGone: boolean }
  | {
      readonly kind: 'fault';
      readonly fault: UpstreamFault;
      readonly clientGone: boolean;
      /** False: nothing was written, the caller answers. True: the client's connection has been cut. */
      readonly begun: boolean;
      /** The upstream was held up for the client at that moment: a time-out is not the upstream's doing. */
      readonly stalled: boolean;
    };

export class Relay implements AnswerSink {
  #handover: Handover | null = null;
  #ended = false;
  #clientGone = false;
  #stalled = false;
  #status = 0;
  #reason = '';
  #headers: string[] = [];
  /** Declared length of the body, or -1. */
  #lengthBytes = -1;
  #bodyBytes = 0;
  /** A body that came whole: written together with the head. */
  #whole: Buffer | null = null;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: RelayOptions,
    /** Told once, as the last thing, what came of it. */
    private readonly done: (result: RelayResult) => void,
  ) {}

  begin(handover: Handover): void {
    this.#handover = handover;
    if (this.response.destroyed) this.#onClose();
    else this.response.on('close', this.#onClose);
  }

  head(status: number, reason: string, headers: string[]): void {
    this.#status = status;
    this.#reason = reason;
    this.#headers = headers;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at]!;
      if (name.length === 14 && name.toLowerCase() === 'content-length') this.#lengthBytes = Number(headers[at + 1]);
    }
  }

  data(chunk: Buffer): boolean {
    this.#bodyBytes += chunk.length;
    if (this.#clientGone) return true;
    if (this.#bodyBytes === this.#lengthBytes && chunk.length === this.#lengthBytes) {
      this.#whole = chunk;
      return true;
    }
    const { response } = this;
    if (!response.headersSent) this.#writeHead(this.#allHeaders());
    response.write(chunk);
    if (response.writableLength <= BUFFER_BYTES) return true;
    this.#stalled = true;
    response.once('drain', this.#onDrain);
    return false;
  }

  end(): void {
    this.#ended = true;
    this.response.removeListener('close', this.#onClose);
    if (!this.#clientGone) this.#endAnswer();
    this.done({
      kind: 'answered',
      status: this.#status,
      bodyBytes: this.#bodyBytes,
      clientGone: this.#clientGone,
    });
  }

  fault(fault: UpstreamFault): void {
    this.#ended = true;
    this.response.removeListener('close', this.#onClose);
    const begun = this.response.headersSent;
    if (begun && !this.#clientGone) this.response.destroy();
    this.done({ kind: 'fault', fault, clientGone: this.#clientGone, begun, stalled: this.#stalled });
  }

  readonly #onDrain = (): void => {
    this.#stalled = false;
    this.#handover?.resume();
  };

  readonly #onClose = (): void => {
    if (this.#ended) return;
    this.#clientGone = true;
    this.#whole = null;
    if (!this.options.keepRunning) this.#handover?.abort();
    else if (this.#stalled) this.#onDrain();
  };

  #endAnswer(): void {
    const { response } = this;
    const whole = this.#whole;
    if (response.headersSent) {
      response.end();
      return;
    }
    const headers = this.#allHeaders();
    if (whole === null) {
      this.#writeHead(headers);
      response.end();
    } else if (!relayWhole(response, this.#status, this.#reason, headers, whole)) {
      this.#writeHead(headers);
      // One string travels with the head in one write; latin1 keeps every byte.
      response.end(whole.toString('latin1'), 'latin1');
    }
  }

  #allHeaders(): string[] {
    const headers = this.#headers;
    for (const part of this.options.extraHeaders) headers.push(part);
    return headers;
  }

  #writeHead(headers: string[]): void {
    const { response } = this;
    if (!hasRepeats(headers)) {
      writeHead(response, this.#status, this.#reason, headers);
      return;
    }
    // When a field was set on the response before, Node keeps only the last of several lines passed to writeHead.
    for (let at = 0; at < headers.length; at += 2) response.removeHeader(headers[at]!);
    for (let at = 0; at < headers.length; at += 2) response.appendHeader(headers[at]!, headers[at + 1]!);
    writeHead(response, this.#status, this.#reason, undefined);
  }
}

function writeHead(response: ServerResponse, status: number, reason: string, headers: string[] | undefined): void {
  if (reason === '') response.writeHead(status, headers);
  else response.writeHead(status, reason, headers);
}

function hasRepeats(headers: readonly string[]): boolean {
  for (let at = 2; at < headers.length; at += 2) {
    const name = headers[at]!;
    for (let before = 0; before < at; before += 2) {
      const other = headers[before]!;
      if (other.length === name.length && (other === name || other.toLowerCase() === name.toLowerCase())) return true;
    }
  }
  return false;
}
