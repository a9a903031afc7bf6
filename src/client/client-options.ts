/** What a client is made with, what it is asked, and what it can do. */
import type { ClientClock } from './clock.js';
import type { CampaignDocument, TicketDocument } from './documents.js';
import type { ClientStorage } from './memory.js';
import type { ClaimOutcome, LeaveOutcome, Progress } from './outcome.js';
import type { Credentials, Fetch } from './reply.js';

export interface ClientOptions {
  /** Origin of the gateway, such as `https://claims.example`; in a page of the same origin, `''`. */
  readonly baseUrl: string;
  readonly campaign: string;
  /** Where the line's own endpoints live; `/queue`. */
  readonly basePath?: string;
  /** What says who is asking, such as `Authorization`; made anew for each request where it is a function. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** Tells people of one browser apart in the storage. Not sent. */
  readonly claimant?: string;
  /** `same-origin`; `include` where a cookie says who is asking and the gateway has another origin. */
  readonly credentials?: Credentials;
  /** The tab's session storage in a browser, else the memory of the process. */
  readonly storage?: ClientStorage;
  /**
   * Where a CDN serves the campaign document. With it, waiting costs the gateway nothing: the place is computed here,
   * and only who is called asks the gateway.
   */
  readonly statusUrl?: string;
  /**
   * Whether to follow the place by a stream of events, told as it changes; false: by polls alone. Where no stream is to
   * be had, it polls. Not used with `statusUrl`.
   */
  readonly stream?: boolean;
  /** How long one request may take, in milliseconds; 30,000. */
  readonly timeoutMs?: number;
  /** Failures in a row after which a claim gives up; 12, which takes about four minutes. A crowd is no failure. */
  readonly giveUpAfterFailures?: number;
  readonly fetch?: Fetch;
  readonly clock?: ClientClock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

export interface ClaimRequest {
  /** Path and query of the guarded route, or a whole URL. */
  readonly path: string;
  /** `POST`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the caller's own; otherwise one is made, and kept until the claim is answered. */
  readonly idempotencyKey?: string;
  /** Whether to wait for a campaign that has not begun; true. */
  readonly waitForOpening?: boolean;
  /** Rejects the claim with the signal's reason. The place is kept; a later claim goes on with it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface SpillwayClient {
  /** Claims, and waits as long as it takes. One at a time: a second call while one runs is refused with an error. */
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** Gives the place up; a claim under way ends as `left`. */
  leave(signal?: AbortSignal): Promise<LeaveOutcome>;
  /** The campaign document; null where it cannot be had now. */
  status(signal?: AbortSignal): Promise<CampaignDocument | null>;
  /** The place as told last, also to an earlier page; null outside the line. */
  readonly place: TicketDocument | null;
}
