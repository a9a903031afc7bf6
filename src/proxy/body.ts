/**
 * Reads a small request body before anything scarce is taken for it: a slow sender owns neither token nor slot.
 * A body that turns out larger is not read further; it comes back as a stream with what was read put first.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
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
  const chunks: Buffer[] = [];
  let bytes = 0;
  let done = false;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= limitBytes) return;
    request.pause();
    request.off('data', onData).off('end', onEnd).off('close', onClose);
    done = true;
    if (bytes > maxBytes) read({ kind: 'too-large' });
    else read({ kind: 'large', body: new LargeBody(request, chunks, maxBytes) });
  };
  // Listeners that will not be called again are left where they are: taking them off costs more than keeping them.
  const onEnd = (): void => {
    done = true;
    read({ kind: 'small', body: joined(chunks, bytes) });
  };
  // A request that breaks off raises an error only where somebody listens for one; it always closes.
  const onClose = (): void => {
    if (!done) read({ kind: 'aborted' });
  };
  request.on('data', onData).on('end', onEnd).on('close', onClose);
}

function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  if (chunks.length === 0) return EMPTY;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}
