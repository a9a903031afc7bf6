/**
 * The final answer of a claim as the ledger keeps it, and back: `g` or `r`, then lines for fingerprints, status and
 * the body's form, then one line a header field, an empty line, and the body: as text where it is UTF-8, else in base64.
 * A body beyond the limit is not kept: what is replayed then says so.
 */
import { isUtf8 } from 'node:buffer';

export interface StoredAnswer {
  readonly outcome: 'granted' | 'rejected';
  readonly credentials: string;
  readonly payload: string;
  readonly status: number;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  /** Null: it was larger than what is kept. */
  readonly body: Buffer | null;
}

const TEXT = 't';
const BASE64 = 'b';
const ABSENT = 'x';
/** In place of an empty payload: an empty line ends the head. */
const NONE = '-';

export function packAnswer(answer: StoredAnswer): string {
  const { outcome, credentials, payload, status, headers, body } = answer;
  const form = body === null ? ABSENT : isUtf8(body) ? TEXT : BASE64;
  const lines = [`${outcome === 'granted' ? 'g' : 'r'}${credentials}`, payload || NONE, `${status}${form}`];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  lines.push('', body === null ? '' : body.toString(form === TEXT ? 'utf8' : 'base64'));
  // One piece, where added texts would stay as many: it is kept for long.
  return lines.join('\n');
}

/** What a packed answer comes to. */
export function outcomeOf(text: string): StoredAnswer['outcome'] {
  return text.startsWith('g') ? 'granted' : 'rejected';
}

/** @throws RangeError when the text is none that `packAnswer` makes */
export function unpackAnswer(text: string): StoredAnswer {
  const headEnd = text.indexOf('\n\n');
  const lines = text.slice(0, headEnd).split('\n');
  const [first = '', payload = '', status = '', ...fields] = lines;
  const [, code, form] = /^(\d{3})([tbx])$/.exec(status) ?? [];
  if (headEnd < 0 || code === undefined || !/^[gr]/.test(first)) throw new RangeError('the text holds no answer');
  const headers: string[] = [];
  for (const field of fields) {
    const colon = field.indexOf(': ');
    headers.push(field.slice(0, colon), field.slice(colon + 2));
  }
  return {
    outcome: outcomeOf(first),
    credentials: first.slice(1),
    payload: payload === NONE ? '' : payload,
    status: Number(code),
    headers,
    body: form === ABSENT ? null : Buffer.from(text.slice(headEnd + 2), form === TEXT ? 'utf8' : 'base64'),
  };
}

/** What stays of a packed answer whose content was erased on request: that there was one, how it ended, and for whom. */
export function erasedAnswer(text: string): string {
  return packAnswer({ ...unpackAnswer(text), headers: [], body: null });
}

/** The fields of an answer that are kept; `Set-Cookie` never is, since a session is not for whoever repeats. */
export class KeptHeaders {
  readonly #names: ReadonlySet<string>;
  /** Most fields are told by their length alone. */
  readonly #lengths: ReadonlySet<number>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()).filter((name) => name !== 'set-cookie'));
    this.#lengths = new Set([...this.#names].map((name) => name.length));
  }

  of(headers: readonly string[]): string[] {
    const kept: string[] = [];
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const name = headers[at]!;
      if (this.#lengths.has(name.length) && this.#names.has(name.toLowerCase())) kept.push(name, headers[at + 1]!);
    }
    return kept;
  }
}
