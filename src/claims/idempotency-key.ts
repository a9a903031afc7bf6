/**
 * The `Idempotency-Key` field as clients send it: a String (RFC 9651, section 3.3.3), or the bare text that most send.
 * Both spellings of one key are one key.
 * @see draft-ietf-httpapi-idempotency-key-header-07
 */
export type KeyReading =
  | { readonly kind: 'missing' }
  /** @member why - a sentence for the client */
  | { readonly kind: 'malformed'; readonly why: string }
  /** @member raw - as sent, for the service behind */
  | { readonly kind: 'key'; readonly key: string; readonly raw: string };

export const MOST_KEY_CHARS = 255;

const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** Visible ASCII without what would make it a list, a parameter or half a String. */
const BARE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

export function readIdempotencyKey(field: string | string[] | undefined): KeyReading {
  if (field === undefined || field === '') return { kind: 'missing' };
  if (Array.isArray(field)) return { kind: 'malformed', why: 'Idempotency-Key may be given once.' };
  const quoted = QUOTED.exec(field)?.[1];
  const key = quoted === undefined ? (BARE.test(field) ? field : null) : quoted.replaceAll(/\\(["\\])/g, '$1');
  if (key === null) {
    return {
      kind: 'malformed',
      why: 'Idempotency-Key is one String, or one word of visible ASCII without , ; " and \\.',
    };
  }
  if (key === '') return { kind: 'malformed', why: 'Idempotency-Key is empty.' };
  if (key.length > MOST_KEY_CHARS) {
    return { kind: 'malformed', why: `Idempotency-Key may have ${MOST_KEY_CHARS} characters.` };
  }
  return { kind: 'key', key, raw: field };
}
