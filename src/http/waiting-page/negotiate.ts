/** Which form and which language somebody is answered in (RFC 9110, section 12.5). */
import Negotiator from 'negotiator';

export interface PageNegotiation {
  /** Whether the page is wanted rather than JSON. Who takes anything gets JSON: that is a program. */
  readonly html: boolean;
  readonly language: string;
}

/** Negotiated answers vary by these; every answer of such a resource says so. */
export const PAGE_VARY = 'Accept, Accept-Language';
/** Longer fields are made to waste time. */
const MOST_CHARS = 1000;

/** @param languages - those there are, the first for who wants none of them */
export function negotiatePage(
  headers: { readonly accept?: string | undefined; readonly 'accept-language'?: string | undefined },
  languages: readonly [string, ...string[]],
): PageNegotiation {
  const negotiator = new Negotiator({
    headers: {
      accept: bounded(headers.accept, 'application/json'),
      'accept-language': bounded(headers['accept-language'], ''),
    },
  });
  const html = negotiator.mediaType(['application/json', 'text/html']) === 'text/html';
  return { html, language: negotiator.language(languages) ?? languages[0] };
}

function bounded(field: string | undefined, otherwise: string): string {
  return field !== undefined && field.length <= MOST_CHARS ? field : otherwise;
}
