/**
 * A request body on its way to the upstream: first what was read already, then the rest of the request, with
 * backpressure. Destroying it leaves the client's connection alone and throws the rest away, so that an answer
 * given before the upload's end still reaches the client; a client that breaks off destroys it with an error.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { SpillwayError } from '../kernel/errors.js';

const READ_AHEAD_BYTES = 64 * 1024;

export class UploadTooLargeError extends SpillwayError {
  readonly code = 'BODY_TOO_LARGE';
  readonly statusCode = 413;

  constructor(readonly maxBytes: number) {
    super(`The request body is larger than ${maxBytes} bytes`);
  }
}

export class UploadAbortedError extends SpillwayError {
  readonly code = 'REQUEST_INVALID';
  readonly statusCode = 400;

  constructor() {
    super('The client broke off before its request body was complete');
  }
}

export class LargeBody extends Readable {
  #bytes = 0;
  #started = false;

  /**
   * @param source - paused, or never read
   * @param first - what was read of it
   * @param maxBytes - the whole body's bound
   */
  constructor(
    private readonly source: IncomingMessage,
    private readonly first: readonly Buffer[],
    private readonly maxBytes: number,
  ) {
    super({ highWaterMark: READ_AHEAD_BYTES });
    source.on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onClose);
    // It may break while nobody has taken it over yet.
    this.on('error', ignore);
  }

  override _read(): void {
    if (!this.#started) {
      this.#started = true;
      this.source.on('data', this.#onData);
      this.source.pause();
      for (const chunk of this.first) this.#take(chunk);
      if (this.first.length > 0) return;
    }
    this.source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.source.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.source.resume();
    callback(error);
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.maxBytes) this.destroy(new UploadTooLargeError(this.maxBytes));
    else if (!this.push(chunk)) this.source.pause();
  }

  readonly #onData = (chunk: Buffer): void => this.#take(chunk);

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (!this.source.readableEnded && !this.destroyed) this.destroy(new UploadAbortedError());
  };
}

function ignore(): void {}
