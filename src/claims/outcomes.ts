/**
 * What an answer of the claim service means for the ledger. The configured conditions are tried first, from the
 * narrowest meaning to the widest: sold out, retry, rejected, granted. A meaning without conditions of its own has a
 * default: 2xx granted, 409 rejected, 5xx and 429 retry. What is left is `other`: the service refused this very
 * request (a malformed one, say), and nothing is remembered of it.
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { CampaignConfig } from '../config/campaign-schema.js';
import { pointed } from './json-pointer.js';

type Condition = NonNullable<CampaignConfig['claims']['outcomes']['granted']>[number];

export type Outcome =
  | { readonly kind: 'granted' | 'rejected' | 'retry' | 'other' }
  /** @member certain - more than a bare status says so, which any stray answer may have */
  | { readonly kind: 'sold-out'; readonly certain: boolean };

const CERTAINLY_SOLD_OUT: Outcome = { kind: 'sold-out', certain: true };
const PERHAPS_SOLD_OUT: Outcome = { kind: 'sold-out', certain: false };
const RETRY: Outcome = { kind: 'retry' };
const REJECTED: Outcome = { kind: 'rejected' };
const GRANTED: Outcome = { kind: 'granted' };
const OTHER: Outcome = { kind: 'other' };

/** An answer as conditions see it. */
export interface Answer {
  readonly status: number;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  /** Null where the body is not at hand: no condition on it matches. */
  readonly body: Buffer | null;
}

/** Largest body that is unpacked to be looked into, in bytes. */
const MOST_DECODED_BYTES = 1_048_576;

export class Outcomes {
  readonly #outcomes: CampaignConfig['claims']['outcomes'];
  readonly #soldOut: readonly Condition[];
  /** Whether the body has a say. */
  readonly needsBody: boolean;

  constructor({ claims, budget }: Pick<CampaignConfig, 'claims' | 'budget'>) {
    this.#outcomes = claims.outcomes;
    this.#soldOut = [budget.soldOutWhen, ...(claims.outcomes.soldOut ?? [])];
    this.needsBody = Object.values(claims.outcomes).some((list) => list?.some(({ json }) => json !== undefined));
  }

  of(answer: Answer): Outcome {
    const seen = new Seen(answer);
    let soldOut = false;
    for (const condition of this.#soldOut) {
      if (!seen.matches(condition)) continue;
      if (isCertain(condition)) return CERTAINLY_SOLD_OUT;
      soldOut = true;
    }
    if (soldOut) return PERHAPS_SOLD_OUT;
    const { granted, rejected, retry } = this.#outcomes;
    const { status } = answer;
    if (retry?.some((one) => seen.matches(one)) ?? (status >= 500 || status === 429)) return RETRY;
    if (rejected?.some((one) => seen.matches(one)) ?? status === 409) return REJECTED;
    if (granted?.some((one) => seen.matches(one)) ?? (status >= 200 && status < 300)) return GRANTED;
    return OTHER;
  }
}

function isCertain({ header, json }: Condition): boolean {
  return header !== undefined || json !== undefined;
}

const UNREAD = Symbol('not read yet');

/** One answer, its body read once and only if asked for. */
class Seen {
  #document: unknown = UNREAD;

  constructor(private readonly answer: Answer) {}

  matches({ status, header, json }: Condition): boolean {
    if (status !== undefined && !status.includes(this.answer.status)) return false;
    if (header !== undefined && !this.#hasHeader(header.name.toLowerCase(), header.value)) return false;
    return json === undefined || pointed(this.#read(), json.pointer) === json.equals;
  }

  #hasHeader(lowerName: string, value: string): boolean {
    return fieldOf(this.answer.headers, lowerName) === value;
  }

  #read(): unknown {
    if (this.#document === UNREAD) this.#document = parsed(this.answer);
    return this.#document;
  }
}

/** The value of a field's last line; undefined without one. */
function fieldOf(headers: readonly string[], lowerName: string): string | undefined {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]!.toLowerCase() === lowerName) return headers[at + 1];
  }
  return undefined;
}

/** The JSON of an answer; undefined where it has none. */
function parsed({ headers, body }: Answer): unknown {
  if (body === null) return undefined;
  try {
    return JSON.parse(decoded(body, fieldOf(headers, 'content-encoding')?.trim().toLowerCase()).toString('utf8'));
  } catch {
    return undefined;
  }
}

function decoded(body: Buffer, coding: string | undefined): Buffer {
  const limits = { maxOutputLength: MOST_DECODED_BYTES };
  if (coding === 'gzip' || coding === 'x-gzip') return gunzipSync(body, limits);
  if (coding === 'br') return brotliDecompressSync(body, limits);
  if (coding === 'deflate') return inflateSync(body, limits);
  return body;
}
