/** What the routes need of one campaign, by one configuration: a request is answered by the one it began with. */
import type { Admission } from '../admission/admission.js';
import type { CampaignLink } from '../admission/campaign-link.js';
import type { BucketRate } from '../buckets/gcra.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { ClaimantHasher } from '../claimant/claimant-hash.js';
import type { ClaimantSource } from '../claimant/claimant-source.js';
import type { CampaignClaims } from '../claims/campaign-claims.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { AdmissionProof } from '../proxy/admission-proof.js';
import type { ProtectedFields } from '../proxy/connection-options.js';
import type { IdentityField } from '../proxy/identity-field.js';
import type { MicroCache } from '../proxy/micro-cache.js';
import type { Upstream } from '../proxy/upstream.js';
import type { TraceRecorder } from '../replay/trace/trace-recorder.js';
import type { LineNotes } from '../waiting-room/line-notes.js';
import type { PlaceEndings } from '../waiting-room/place-endings.js';
import type { PollTimes } from '../waiting-room/poll-times.js';
import type { RecentPace } from '../waiting-room/recent-pace.js';
import type { Tickets } from '../waiting-room/tickets.js';
import type { CampaignMeters } from './campaign-meters.js';
import type { TicketCookie } from './cookies.js';
import type { DeviceDesk } from './device-desk.js';
import type { PreparedProblem } from './problem.js';
import type { RateLimitFields } from './rate-limit-fields.js';
import type { Sessions } from './sessions.js';

export interface CampaignContext {
  readonly config: CampaignConfig;
  readonly upstream: Upstream;
  readonly protectedFields: ProtectedFields;
  /** The field in which clients say who asks; null: it is none of theirs. */
  readonly identityField: IdentityField | null;
  readonly link: CampaignLink;
  readonly admission: Admission;
  readonly claims: CampaignClaims;
  readonly tickets: Tickets;
  readonly hasher: ClaimantHasher;
  readonly source: ClaimantSource;
  /** Null where something else says who is asking. */
  readonly devices: DeviceDesk | null;
  /** Null where the service asks for no proof. */
  readonly proof: AdmissionProof | null;
  readonly cookie: TicketCookie;
  /** The buckets of `config.limits`. */
  readonly limitRates: readonly BucketRate[];
  /** Null without limits. */
  readonly limitFields: RateLimitFields | null;
  /** What is said where each of `config.limits` refuses. */
  readonly limitProblems: readonly PreparedProblem[];
  /** Null where nothing is recorded. */
  readonly recorder: TraceRecorder | null;
  readonly meters: CampaignMeters;
  readonly notes: LineNotes;
  readonly pollTimes: PollTimes;
  readonly endings: PlaceEndings;
  readonly sessions: Sessions;
  /** Null where nothing beside the line is the same for everybody. */
  readonly cache: MicroCache | null;
  /** @param nowMs - what `nowMs` says, where it is known already: asking for the time is a tenth of a small answer's work */
  state(nowMs?: number): CampaignState;
  /** Of the line, as far as it is known. */
  epoch(): number;
  /**
   * Milliseconds since the Unix epoch on the store's clock: the same on every gateway.
   * @param localUs - the local time, where it is known already
   */
  nowMs(localUs?: number): number;
  /** Milliseconds until the opening, in a pre-queue; 0 at any other time. */
  opensInMs(nowMs?: number): number;
  ratePerSecond(): number;
  /** By which people are told when to come back. */
  readonly recentPace: RecentPace;
  /** A name for one attempt that no other gateway or attempt has. */
  readonly nextAttempt: () => string;
  /** Whether a claim may have been granted, as far as is known without asking; false: certainly not. */
  mayBeGranted(key: string): boolean;
}
