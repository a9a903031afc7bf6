/** One request and what came back, reduced to what decides the next step. */
import type { ClientClock } from './clock.js';
import { readObject } from './documents.js';

export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export type Reply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: Headers;
      readonly body: string;
      /** Of the gateway; null where somebody else answered: the claim service, or a proxy in front. */
      readonly code: string | null;
      /** The body, where it is a JSON object and no grant. */
      readonly document: Readonly<Record<string, unknown>> | null;
      readonly retryAfterMs: number | null;
    }
  /** No whole answer came. */
  | { readonly kind: 'none' };

export type Credentials = 'omit' | 'same-origin' | 'include';

/** The part of the Fetch API that is needed. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly credentials: Credentials;
    readonly cache: 'default' | 'no-store';
    readonly signal: AbortSignal;
    readonly body?: string;
  },
) => Promise<Response>;

export interface Sender {
  readonly fetch: Fetch;
  readonly clock: ClientClock;
  readonly credentials: Credentials;
  /** An answer that takes longer counts as none, in milliseconds. */
  readonly timeoutMs: number;
}

const NONE: Reply = { kind: 'none' };

/** @throws the reason of `signal` when it aborts; nothing else */
export async function send(sender: Sender, request: Outgoing, signal: AbortSignal): Promise<Reply> {
  signal.throwIfAborted();
  const { url, method, headers, body } = request;
  const cut = new AbortController();
  const stop = (): void => cut.abort();
  signal.addEventListener('abort', stop, { once: true });
  const cancelTimeout = sender.clock.after(sender.timeoutMs, stop);
  try {
    const response = await sender.fetch(url, {
      method,
      headers: { ...headers },
      credentials: sender.credentials,
      cache: method === 'GET' ? 'default' : 'no-store',
      signal: cut.signal,
      ...(body === undefined ? {} : { body }),
    });
    return readReply(response, await response.text(), sender.clock);
  } catch {
    signal.throwIfAborted();
    return NONE;
  } finally {
    cancelTimeout();
    signal.removeEventListener('abort', stop);
  }
}

function readReply({ status, headers }: Response, body: string, clock: ClientClock): Reply {
  const document = readObject(body);
  const problem = headers.get('content-type')?.startsWith('application/problem+json') === true;
  // A proxy in front may drop the field; a body that is Spillway's own says the same.
  const said = headers.get('spillway-code') ?? (problem ? document?.code : null);
  const code = typeof said === 'string' ? said : null;
  return { kind: 'reply', status, headers, body, code, document, retryAfterMs: retryAfterMs(headers, clock.wallMs()) };
}

/** @see RFC 9110, section 10.2.3 */
function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}
