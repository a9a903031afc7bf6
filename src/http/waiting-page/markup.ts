/** The page as text. Everything that comes from outside goes through `escaped` or `jsonIn`, without exception. */
import type { Brand } from './brand.js';
import type { WaitingPageFacts, WaitingPageUrls } from './facts.js';
import { isLocalPath } from './return-path.js';
import type { PageTexts } from './texts.js';
import { type Parts, pageStateOf, partsOf, type Wording, wordingOf } from './wording.js';

export interface MarkupParts {
  readonly brand: Brand;
  readonly texts: PageTexts;
  readonly style: string;
  readonly script: string;
  /** Runs where a device has to be proved. */
  readonly workScript: string;
}

/** Without a script, a page that comes anew more often than this cannot be read, in seconds. */
const SHORTEST_REFRESH_SECONDS = 5;

export function markup(facts: WaitingPageFacts, { brand, texts, style, script, workScript }: MarkupParts): string {
  const { language, campaign, ticket } = facts;
  const state = pageStateOf(campaign.state, ticket?.state ?? null);
  const moment = { position: null, etaSeconds: null, chance: null, ...ticket, state, opensAt: campaign.opensAt };
  const words = wordingOf(moment, texts, language, 'UTC');
  const parts = partsOf(state);
  const urls = localOnly(facts.urls);
  const waitMs = ticket?.pollAfterMs ?? facts.askAgainMs;
  const onward = state === 'called' && facts.continuesByItself ? urls.next : null;
  const refresh = parts.over ? '' : refreshes(waitMs, onward);
  const data = { ticket, campaign, texts: inBrowser(texts), language, urls, waitMs, ...asking(facts) };
  return `<!doctype html>
<html lang="${escaped(language)}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(`${words.headline} · ${campaign.name}`)}</title>
${refresh}<style>${style}</style>
</head>
<body>
${header(brand)}<main id="main" tabindex="-1">
${body(facts, words, parts, urls, texts)}</main>
<script type="application/json" id="data">${jsonIn(data)}</script>
<script>${script}</script>${facts.challenge === null ? '' : `<script>${workScript}</script>`}
</body>
</html>
`;
}

function header({ name, logo }: Brand): string {
  if (name === '' && logo === null) return '';
  const image = logo === null ? '' : `<img src="${escaped(logo)}" alt="">`;
  return `<header>${image}<span>${escaped(name)}</span></header>\n`;
}

function body({ campaign }: WaitingPageFacts, words: Wording, parts: Parts, urls: LocalUrls, texts: PageTexts): string {
  const shown = (on: boolean): string => (on ? '' : ' hidden');
  const figure = (id: 'position' | 'eta', label: string): string =>
    `<div id="${id}-part"${shown(words[id] !== '')}><dt>${escaped(label)}</dt><dd id="${id}">${escaped(words[id])}</dd></div>`;
  const optional = (url: string | null, html: (url: string) => string): string =>
    url === null ? '' : `${html(escaped(url))}\n`;
  return `<p class="campaign">${escaped(campaign.name)}</p>
<h1 id="headline">${escaped(words.headline)}</h1>
<p id="explanation">${escaped(words.explanation)}</p>
<dl id="figures"${shown(words.position !== '' || words.eta !== '')}>
${figure('position', texts.positionLabel)}
${figure('eta', texts.etaLabel)}
</dl>
<p id="note-part"${shown(words.note !== '')}><strong id="note">${escaped(words.note)}</strong></p>
<p id="lost-part" hidden><strong id="lost"></strong></p>
${optional(urls.next, (url) => `<p id="goesOn"${shown(parts.goesOn)}><a class="button" href="${url}">${escaped(texts.goOn)}</a></p>`)}${optional(
  urls.join,
  (url) =>
    `<form id="joins" method="post" action="${url}"${shown(parts.joins)}><button>${escaped(texts.join)}</button></form>`,
)}<p id="keep"${shown(parts.inLine)}>${escaped(texts.keepOpen)} <span id="refreshes">${escaped(texts.refreshes)}</span></p>
${optional(
  urls.leave,
  (url) =>
    `<form id="leaves" method="post" action="${url}"${shown(parts.leaves)}><details><summary>${escaped(texts.leave)}</summary><p>${escaped(texts.leaveWarning)}</p><button>${escaped(texts.leaveConfirm)}</button></details></form>`,
)}<div class="said" id="said" role="status"></div>
<div class="said" id="alarm" role="alert"></div>
`;
}

/** For browsers without scripts: the page again, or onward, after the time told. */
function refreshes(waitMs: number, onward: string | null): string {
  const seconds = Math.max(SHORTEST_REFRESH_SECONDS, Math.ceil(waitMs / 1000));
  const content = onward === null ? String(seconds) : `1;url=${escaped(onward)}`;
  return `<noscript><meta http-equiv="refresh" content="${content}"></noscript>\n`;
}

type LocalUrls = { readonly [name in keyof WaitingPageUrls]: string | null };

function localOnly(urls: WaitingPageUrls): LocalUrls {
  const kept = Object.entries(urls).map(([name, url]) => [name, url !== null && isLocalPath(url) ? url : null]);
  return Object.fromEntries(kept) as LocalUrls;
}

function asking({ askAgainMs, continuesByItself, challenge }: WaitingPageFacts) {
  return { askAgainMs, continuesByItself, challenge };
}

/** What stands in the page already is not needed twice. */
function inBrowser(texts: PageTexts): object {
  const { direction, keepOpen, refreshes, join, goOn, leave, leaveWarning, leaveConfirm, ...needed } = texts;
  return needed;
}

/** For text and for values in double quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** For a script element that is data: no `<` can end it or open a comment. */
export function jsonIn(data: object): string {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
