/** What came back to a person, reduced to what decides the next step and what is judged. */

/** No answer: the connection failed or the answer did not come in time. */
export interface NoReply {
  readonly kind: 'none';
  /** Node's or undici's error code, such as `ECONNRESET`. */
  readonly error: string;
}

export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  /** From `Retry-After`; null without one. */
  readonly retryAfterMs: number | null;
  /** The body, as far as it is a ticket or problem document. */
  readonly document: LineDocument;
  /** Fields that are judged; null where the way is a model without any. */
  readonly fields: JudgedFields | null;
  /** The body as it came; empty where it is of no interest. */
  readonly body: string;
}

/** Header fields of the public contract; empty where there is none. */
export interface JudgedFields {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly code: string;
  readonly replayed: string;
}

/** The members of a ticket or problem document that a client acts on; null where the document has none. */
export interface LineDocument {
  readonly code: string | null;
  readonly state: string | null;
  readonly ticket: string | null;
  readonly position: number | null;
  readonly pollAfterMs: number | null;
  /** The wait it was promised. */
  readonly etaSeconds: { readonly min: number; readonly max: number } | null;
}

export const NO_DOCUMENT: LineDocument = {
  code: null,
  state: null,
  ticket: null,
  position: null,
  pollAfterMs: null,
  etaSeconds: null,
};

/** Reads a JSON body; what is no JSON object reads as a document without members. */
export function readLineDocument(body: string): LineDocument {
  if (!body.startsWith('{')) return NO_DOCUMENT;
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return NO_DOCUMENT;
  }
  return {
    code: textOf(given.code),
    state: textOf(given.state),
    ticket: textOf(given.ticket),
    position: numberOf(given.position),
    pollAfterMs: numberOf(given.pollAfterMs),
    etaSeconds: rangeOf(given.etaSeconds),
  };
}

/**
 * @param value - a `Retry-After` field value: whole seconds or an HTTP date
 * @returns milliseconds from `nowMs`, 0 or more; null when it is neither
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(value: string, nowMs: number): number | null {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function rangeOf(value: unknown): LineDocument['etaSeconds'] {
  const range = value as { readonly min?: unknown; readonly max?: unknown } | null | undefined;
  const [min, max] = [numberOf(range?.min), numberOf(range?.max)];
  return min === null || max === null ? null : { min, max };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
