/** The seam between the connections and whoever has a request to write. */
import type { Readable } from 'node:stream';

/** A request as it is to be written. It is not changed, and may be written again to another target. */
export interface WireRequest {
  readonly method: string;
  /** Origin form: path and query. */
  readonly path: string;
  /** Names and values in turn, without `Host`, `Connection` and, where the body is whole, `Content-Length`. */
  readonly headers: readonly string[];
  /** A stream is written as it comes, with backpressure; its owner destroys it, and hears when it breaks. */
  readonly body: Buffer | Readable | null;
}

export interface WireFault {
  /**
   * `unconnected`: no connection came about. `closed`: none is made any more. `unsendable`: it cannot be written as
   * HTTP/1.1. None of these three has sent anything. `broken`: the connection ended, or failed, before the answer was
   * complete. `malformed`: what came is no answer, or has two readings.
   */
  readonly kind: 'unconnected' | 'closed' | 'unsendable' | 'broken' | 'malformed';
  /** Carries nothing of the request's or answer's content. */
  readonly detail: string;
  readonly cause: unknown;
}

/** What a request's owner may do with the connection that carries it. */
export interface Carrier {
  /** Ends the connection, as long as it carries `handler`'s request. */
  cut(handler: Handler): void;
  /** Goes on after `data` returned false. Not to be called from within a call to the handler. */
  resume(handler: Handler): void;
}

/**
 * Owns one request, and takes what comes of it: first `departs`; then, when it was true, at most one `head`, any number of
 * `data`, and exactly one of `end` and `failed`, which may also come instead of everything. None of them may throw.
 */
export interface Handler {
  /** It has come to an end otherwise: nothing is to be written for it, and it hears nothing more. */
  readonly isOver: boolean;
  /**
   * A connection is there: asked in the turn in which the request would be written.
   * @returns false: it is not written, and forgotten here
   */
  departs(carrier: Carrier): boolean;
  /** A byte of a streamed body or its head may have left. What is not streamed leaves with `departs`. */
  sent(): void;
  /**
   * @param reason - empty when there is none, or none that could be repeated
   * @param fields - names and values in turn, as they came, a character a byte; the handler's to keep
   */
  head(status: number, reason: string, fields: string[]): void;
  /** @returns false to get no more until `resume` */
  data(chunk: Buffer): boolean;
  end(): void;
  failed(fault: WireFault): void;
}
