/**
 * The waiting page: one document without any other resource, so that it costs one request. Style and script are the
 * same for everybody and allowed by their hashes alone; whatever else got into the page would not run.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bakeSecurityHeaders } from '../security-headers.js';
import { type Brand, type BrandSettings, compileBrand, type Shades } from './brand.js';
import type { WaitingPageFacts } from './facts.js';
import { markup } from './markup.js';
import { PAGE_VARY } from './negotiate.js';
import type { PageTexts } from './texts.js';
import { pageStateOf, partsOf, wordingOf } from './wording.js';

export interface RenderedPage {
  readonly html: string;
  /** Names and values in turn. Whoever sends the page adds `Content-Length`, and the fields of the ticket. */
  readonly headers: readonly string[];
}

const asset = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8').trim();

export class WaitingPage {
  /** Those there are; the first for who wants none of them. */
  readonly languages: readonly [string, ...string[]];
  readonly #brand: Brand;
  readonly #style: string;
  readonly #script: string;
  readonly #workScript: string;
  readonly #headers: readonly string[];

  /**
   * @param texts - from `loadTexts`
   * @param fallback - the language for who wants none of those there are
   * @throws RangeError when there is no text in `fallback`; z.ZodError when a setting of the brand is wrong
   */
  constructor(
    brand: BrandSettings,
    private readonly texts: ReadonlyMap<string, PageTexts>,
    fallback = 'en',
  ) {
    if (!texts.has(fallback)) throw new RangeError(`the waiting page has no texts in ${fallback}`);
    this.languages = [fallback, ...[...texts.keys()].filter((language) => language !== fallback)];
    this.#brand = compileBrand(brand);
    this.#style = styleOf(this.#brand);
    this.#script = `(()=>{"use strict";\n${[pageStateOf, partsOf, wordingOf, asset('page.js')].join('\n')}\n})()`;
    this.#workScript = `(()=>{"use strict";\n${asset('work.js')}\n})()`;
    this.#headers = Object.freeze([
      ...['Content-Type', 'text/html; charset=utf-8', 'Cache-Control', 'no-store', 'Vary', PAGE_VARY],
      ...bakeSecurityHeaders({
        contentSecurityPolicy: { useDefaults: false, directives: this.#policy() },
        strictTransportSecurity: false,
        // Forms must be able to say where they come from; nobody else needs to know.
        referrerPolicy: { policy: 'same-origin' },
        xFrameOptions: { action: 'deny' },
      }),
    ]);
  }

  /** @throws RangeError when `facts.language` is none of `languages` */
  render(facts: WaitingPageFacts): RenderedPage {
    const texts = this.texts.get(facts.language);
    if (texts === undefined) throw new RangeError(`the waiting page has no texts in ${facts.language}`);
    const html = markup(facts, {
      brand: this.#brand,
      texts,
      style: this.#style,
      script: this.#script,
      workScript: this.#workScript,
    });
    return { html, headers: [...this.#headers, 'Content-Language', facts.language] };
  }

  #policy() {
    const { imageSource } = this.#brand;
    return {
      defaultSrc: ["'none'"],
      scriptSrc: [hashOf(this.#script), hashOf(this.#workScript)],
      styleSrc: [hashOf(this.#style)],
      connectSrc: ["'self'"],
      imgSrc: [imageSource ?? "'none'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    };
  }
}

function styleOf({ light, dark }: Brand): string {
  const shades = ({ background, ink, accent }: Shades): string =>
    `:root{--background:${background};--ink:${ink};--accent:${accent}}`;
  return `${shades(light)}@media (prefers-color-scheme:dark){${shades(dark)}}\n${asset('page.css')}`;
}

/** As CSP Level 3 writes it. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
