/**
 * What one campaign does to have nobody paid twice: names a claim's entry, judges what is known of it, and says what
 * is written when the service has answered. Pure but for a cache of answers; the entries themselves are the store's.
 */
import { hkdfSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Settlement } from '../admission/exchange.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import { HmacSha256 } from '../kernel/hmac-sha256.js';
import { AnswerCache } from './answer-cache.js';
import { erasedAnswer, KeptHeaders, outcomeOf, packAnswer, type StoredAnswer, unpackAnswer } from './answer-text.js';
import { ClaimKeys, PAYLOAD_CHARS } from './claim-keys.js';
import { credentialSources, identityCookies } from './credential-sources.js';
import { Credentials } from './credentials.js';
import { type Memo, memoText, unknownText } from './entry-text.js';
import { readIdempotencyKey } from './idempotency-key.js';
import { type Outcome, Outcomes } from './outcomes.js';
import { judgeAnswer, type LedgerRequest, type Verdict } from './verdict.js';

/** Answers that one process keeps of one campaign, in bytes. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** Without a ledger an entry only counts; it outlives every report of its end. */
const COUNTED_MS = 60_000;

export type LedgerReading =
  | { readonly kind: 'request'; readonly request: LedgerRequest }
  /** The request lacks a key. */
  | { readonly kind: 'missing' }
  /** @member why - a sentence for the client */
  | { readonly kind: 'malformed'; readonly why: string };

/** What there is to judge of an answer. */
export interface FullAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  /** Null: too large to be taken in. */
  readonly body: Buffer | null;
}

export type AttemptEnd = Pick<Settlement, 'outcome' | 'text' | 'keepMs' | 'markMs'>;

export interface CampaignClaimsOptions {
  readonly campaign: CampaignConfig;
  /** The same on every gateway, for as long as claims are remembered. */
  readonly secret: Uint8Array;
  /** Cookies of Spillway's own. */
  readonly ownCookies: readonly string[];
  /** Store time as milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** How often ledger and budget began anew. */
  readonly era: () => number;
  /** Store time in microseconds. */
  readonly storeUs: () => number;
  /** Answers known already; a campaign that is configured anew keeps them. Left out: none. */
  readonly cache?: AnswerCache;
}

export class CampaignClaims {
  readonly outcomes: Outcomes;
  readonly cache: AnswerCache;
  readonly #mode: CampaignConfig['claims']['mode'];
  readonly #keys: ClaimKeys;
  readonly #payloads: HmacSha256;
  readonly #credentials: Credentials;
  readonly #storedHeaders: KeptHeaders;
  readonly #closesAtMs: number | null;

  constructor(private readonly options: CampaignClaimsOptions) {
    const { campaign, secret } = options;
    const { claims, schedule } = campaign;
    const derive = (purpose: string): Uint8Array => new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
    this.cache = options.cache ?? new AnswerCache(CACHE_BYTES);
    this.#mode = claims.mode;
    this.outcomes = new Outcomes(campaign);
    this.#keys = new ClaimKeys(derive('claims'), campaign.id);
    this.#payloads = new HmacSha256(derive('payloads'));
    const ignored = [...options.ownCookies, ...identityCookies(campaign)];
    this.#credentials = new Credentials(derive('credentials'), credentialSources(campaign), ignored);
    this.#storedHeaders = new KeptHeaders(claims.storedHeaders);
    this.#closesAtMs = schedule.closesAt === null ? null : Date.parse(schedule.closesAt);
  }

  get campaign(): CampaignConfig {
    return this.options.campaign;
  }

  /** Whether repeats are told apart from first claims. */
  get keepsAnswers(): boolean {
    return this.#mode !== 'off';
  }

  /** Whether claims have entries at all: a budget is counted by them. */
  get keepsEntries(): boolean {
    return this.keepsAnswers || this.options.campaign.budget.claims !== null;
  }

  /** Whether a payload has a say in what is a repeat. */
  get comparesPayloads(): boolean {
    return this.#mode === 'idempotency-key';
  }

  /**
   * The claim as the ledger knows it.
   * @param scopeKey - route and path parameters
   * @param payload - fingerprint; asked for only where it has a say
   * @param unique - names this one request; the entry's name where repeats are not told apart
   */
  read(
    headers: IncomingHttpHeaders,
    claimantId: string,
    scopeKey: string,
    payload: () => string,
    unique: () => string,
  ): LedgerReading {
    const { claims } = this.options.campaign;
    const mayRepeat = claims.unknown === 'retry';
    if (this.#mode === 'off') {
      const memo: Memo = { credentials: '', payload: '', clientKey: '' };
      return { kind: 'request', request: { key: unique(), memo, shows: () => true, mayRepeat } };
    }
    let clientKey: string | null = null;
    let raw = '';
    if (this.#mode === 'idempotency-key') {
      const reading = readIdempotencyKey(headers['idempotency-key']);
      if (reading.kind !== 'key') return reading;
      clientKey = reading.key;
      raw = reading.raw;
    }
    const scope = claims.scope === 'campaign' ? '' : scopeKey;
    const memo: Memo = {
      credentials: this.#credentials.fingerprint(headers),
      payload: this.comparesPayloads ? this.#payloadTag(payload()) : '',
      clientKey: raw,
    };
    const shows = (kept: string): boolean => this.#credentials.matches(kept, headers);
    const key = this.#keys.entry(scope, claimantId, clientKey, this.options.era());
    return { kind: 'request', request: { key, memo, shows, mayRepeat } };
  }

  /** Names of one claim's entries in this era and all before it, the newest first. */
  names(claimantId: string, scopeKey: string, clientKey: string | null): string[] {
    const scope = this.options.campaign.claims.scope === 'campaign' ? '' : scopeKey;
    const era = this.options.era();
    return Array.from({ length: era + 1 }, (_, ago) => this.#keys.entry(scope, claimantId, clientKey, era - ago));
  }

  /** What this process knows of a claim without asking; null: nothing. */
  known(request: LedgerRequest): Verdict | null {
    const answer = this.cache.get(request.key);
    return answer === undefined ? null : judgeAnswer(unpackAnswer(answer), request);
  }

  /** The `Idempotency-Key` for the service; null: the client's own, if it sent one. */
  keyForService(key: string, memo: Memo): string | null {
    if (this.#mode === 'off') return null;
    return this.#mode === 'idempotency-key' ? memo.clientKey : this.#keys.forService(key);
  }

  /** The service has answered. What is final is known to this process from now on. */
  answered(key: string, memo: Memo, outcome: Outcome, answer: FullAnswer): AttemptEnd {
    if (outcome.kind !== 'granted' && outcome.kind !== 'rejected') return FREE;
    if (!this.keepsAnswers) return { outcome: outcome.kind, text: COUNTED, keepMs: COUNTED_MS, markMs: -1 };
    const { claims } = this.options.campaign;
    const { body } = answer;
    const stored: StoredAnswer = {
      outcome: outcome.kind,
      credentials: memo.credentials,
      payload: memo.payload,
      status: answer.status,
      headers: this.#storedHeaders.of(answer.headers),
      body: body === null || body.length > claims.storedBodyBytes ? null : body,
    };
    const end = this.#kept(outcome.kind, packAnswer(stored));
    this.cache.set(key, end.text);
    return end;
  }

  /** Another gateway has answered: from now on this process knows it too. */
  remember(key: string, answer: StoredAnswer): void {
    this.cache.set(key, packAnswer(answer));
  }

  /** Its content was erased on request: this process has it no longer. */
  forget(key: string): void {
    this.cache.change(key, erasedAnswer);
  }

  /** No whole answer came. */
  failed(attempt: string, memo: Memo, sent: boolean): AttemptEnd {
    if (!sent) return FREE;
    return {
      outcome: 'unknown',
      text: unknownText(this.options.storeUs(), attempt, memoText(memo)),
      keepMs: 0,
      markMs: -1,
    };
  }

  /** An operator has found that the service paid: a repeat hears so, without the answer that nobody has. */
  resolvedGranted({ credentials, payload }: Memo): AttemptEnd {
    const answer = { outcome: 'granted', credentials, payload, status: 200, headers: [], body: null } as const;
    return this.#kept('granted', packAnswer(answer));
  }

  /** Everything final that this process knows, for a store that lost its data. */
  *restorations(): Generator<Settlement> {
    for (const [key, text] of this.cache.entries()) {
      yield {
        ...this.#kept(outcomeOf(text), text),
        key,
        attempt: '-',
        counts: false,
        generation: '',
        era: this.options.era(),
      };
    }
  }

  /** Keyed: who reads the store learns nothing of a payload by hashing likely ones. */
  #payloadTag(fingerprint: string): string {
    return fingerprint === '' ? '' : this.#payloads.text128(fingerprint).slice(0, PAYLOAD_CHARS);
  }

  #kept(outcome: StoredAnswer['outcome'], text: string): AttemptEnd {
    const keepMs = this.options.campaign.claims.ttlSeconds * 1000;
    const leftMs = this.#closesAtMs === null ? 0 : Math.max(0, this.#closesAtMs - this.options.nowMs());
    const markMs = this.#closesAtMs === null ? 0 : Math.ceil(leftMs + keepMs);
    return { outcome, text, keepMs, markMs };
  }
}

export const FREE: AttemptEnd = { outcome: 'free', text: '', keepMs: 0, markMs: -1 };
/** An entry that says no more than that its claim has ended. */
const COUNTED = packAnswer({ outcome: 'granted', credentials: '', payload: '', status: 200, headers: [], body: null });
