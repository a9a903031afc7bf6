/**
 * Reads a small request body before anything scarce is taken for it: a slow sender owns neither token nor slot.
 * A body that turns out larger is not read further; it comes back as a stream with what was read put first.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type BodyTaker, GatewayRequest } from './gateway-request.js';
import { LargeBody } from './large-body.js';

export type RequestBody =
  | { readonly kind: 'small'; readonly body: Buffer }
  /** To be handed over, or destroyed: until then the client's connection stands still. */
  | { readonly kind: 'large'; readonly body: Readable }
  /** The client went away, or broke off, before its body was complete. */
  | { readonly kind: 'aborted' }
  /** Declared or found to be over the maximum. What of it is still to come has to be thrown away. */
  | { readonly kind: 'too-large' };

const EMPTY = Buffer.alloc(0);
const NONE: RequestBody = { kind: 'small', body: EMPTY };

/**
 * @param limitBytes - largest body that is read whole
 * @param maxBytes - largest body at all; a large one of unknown length that grows beyond it fails with
 *   `UploadTooLargeError` while it streams. Not less than `limitBytes`.
 * @param read - called once: within this call where nothing has to be waited for
 */
export function readSmallBody(
  request: IncomingMessage,
  limitBytes: number,
  maxBytes: number,
  read: (body: RequestBody) => void,
): void {
  const declared = request.headers['content-length'];
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const declaredBytes = chunked || declared === undefined ? 0 : Number(declared);
  if (!chunked && declaredBytes === 0) read(NONE);
  else if (request.destroyed) read({ kind: 'aborted' });
  else if (declaredBytes > maxBytes) read({ kind: 'too-large' });
  else if (declaredBytes > limitBytes) read({ kind: 'large', body: new LargeBody(request, [], maxBytes) });
  else collect(request, limitBytes, maxBytes, read);
}

function collect(
  request: IncomingMessage,
  limitBytes: number,
  maxBytes: number,
  read: (body: RequestBody) => void,
): void {
  const small = new SmallBody(request, limitBytes, maxBytes, read);
  if (!(request instanceof GatewayRequest && request.takeBody(small))) small.readStream();
}

/** A body that is to be small, until it is found to be none. */
class SmallBody implements BodyTaker {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #done = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limitBytes: number,
    private readonly maxBytes: number,
    private readonly read: (body: RequestBody) => void,
  ) {}

  take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= this.limitBytes) return;
    if (this.request instanceof GatewayRequest) this.request.leaveBody();
    this.#done = true;
    if (this.#bytes > this.maxBytes) this.read({ kind: 'too-large' });
    else this.read({ kind: 'large', body: new LargeBody(this.request, this.#chunks, this.maxBytes) });
  }

  end(): void {
    this.#done = true;
    this.read({ kind: 'small', body: joined(this.#chunks, this.#bytes) });
  }

  broken(): void {
    this.read({ kind: 'aborted' });
  }

  /** Of a request whose pieces are in its stream. */
  readStream(): void {
    const { request } = this;
    const onData = (chunk: Buffer): void => {
      this.#pauseBefore(chunk, () => request.off('data', onData).off('end', onEnd).off('close', onClose));
      this.take(chunk);
    };
    // Listeners that will not be called again are left where they are: taking them off costs more than keeping them.
    const onEnd = (): void => this.end();
    // A request that breaks off raises an error only where somebody listens for one; it always closes.
    const onClose = (): void => {
      if (!this.#done) this.broken();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  }

  /** Whoever takes a large body over finds its stream still. */
  #pauseBefore(chunk: Buffer, unlisten: () => void): void {
    if (this.#bytes + chunk.length <= this.limitBytes) return;
    this.request.pause();
    unlisten();
  }
}

function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  if (chunks.length === 0) return EMPTY;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}
