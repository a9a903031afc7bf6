/** The label values that the code itself decides. Those that come from configuration are learned from it. */
export const ROUTES = ['claim', 'pass', 'status', 'join', 'ticket', 'leave', 'page', 'other'] as const;
export type Route = (typeof ROUTES)[number];

/** How a client's request ended. */
export const OUTCOMES = [
  'proxied',
  'replayed',
  'queued',
  'limited',
  'refused',
  'shed',
  'gateway_error',
  'upstream_error',
  'upstream_timeout',
  'client_abort',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What was decided about a claim, and the reasons each decision can have. Shadow decisions refuse nothing. */
export const DECISIONS = {
  admit: ['direct', 'called'],
  wait: ['line', 'prequeue', 'door'],
  replay: ['stored'],
  refuse: [
    'limited',
    'not_started',
    'paused',
    'ended',
    'sold_out',
    'queue_full',
    'overloaded',
    'claimant_unknown',
    'identity_unavailable',
    'ticket_invalid',
    'ticket_outdated',
    'in_progress',
    'claim_of_another',
    'key_missing',
    'key_reused',
    'store_unavailable',
  ],
  shadow: ['limited', 'wait', 'refuse'],
} as const;
export type Decision = keyof typeof DECISIONS;
export type Reason<D extends Decision> = (typeof DECISIONS)[D][number];

export const LIMIT_RESULTS = ['allowed', 'near_limit', 'limited', 'shadow_limited', 'cached', 'error'] as const;
export type LimitResult = (typeof LIMIT_RESULTS)[number];

export const JOIN_PATHS = ['direct', 'prequeue', 'rejoin'] as const;
export type JoinPath = (typeof JOIN_PATHS)[number];
export const LEAVE_REASONS = ['entered', 'lapsed', 'left', 'ended'] as const;
export type LeaveReason = (typeof LEAVE_REASONS)[number];
export const TRANSPORTS = ['poll', 'stream'] as const;
export type Transport = (typeof TRANSPORTS)[number];
export const ADMISSION_PATHS = ['direct', 'called'] as const;
export type AdmissionPath = (typeof ADMISSION_PATHS)[number];
/** What became of a claim at the service; `duplicate`: a repeat that got the first answer. */
export const CLAIM_OUTCOMES = ['granted', 'rejected', 'duplicate', 'sold_out', 'unknown', 'error'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];
export const CAMPAIGN_STATES = ['scheduled', 'prequeue', 'open', 'paused', 'sold-out', 'ended'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];
export const TICKET_RESULTS = ['ok', 'expired', 'bad_signature', 'wrong_campaign', 'old_epoch'] as const;
export type TicketResult = (typeof TICKET_RESULTS)[number];
/** In the order in which they are given up. */
export const SHED_CLASSES = ['pass', 'low', 'claim', 'called', 'line'] as const;
export type ShedClass = (typeof SHED_CLASSES)[number];
export const SHED_REASONS = ['event_loop', 'queue_wait', 'capacity'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

export const UPSTREAM_ERRORS = ['refused', 'reset', 'timeout', 'invalid', 'aborted'] as const;
export type UpstreamError = (typeof UPSTREAM_ERRORS)[number];
export const CODE_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type CodeClass = (typeof CODE_CLASSES)[number];

/** What came of reading the configuration anew; after the last three the one before stays in force. */
export const RELOAD_RESULTS = ['applied', 'unchanged', 'invalid', 'restart-needed', 'failed'] as const;
export type ReloadResult = (typeof RELOAD_RESULTS)[number];

export const ADMIN_ACTIONS = [
  'change',
  'clear',
  'reset',
  'confirm-losses',
  'end-sessions',
  'evict',
  'release',
  'resolve',
  'erase',
  'end-session',
  'drain',
  'reload',
  'log-level',
] as const;
export type AdminAction = (typeof ADMIN_ACTIONS)[number];
/** `refused`: the order was wrong, stale or not allowed; `failed`: it was right, and could not be carried out. */
export const ADMIN_RESULTS = ['done', 'dry-run', 'refused', 'failed'] as const;
export type AdminResult = (typeof ADMIN_RESULTS)[number];

/** `collapsed`: it waited for what another had fetched; `direct`: its answer was for nobody else. */
export const CACHE_RESULTS = ['hit', 'stale', 'collapsed', 'miss', 'direct'] as const;
export type CacheResult = (typeof CACHE_RESULTS)[number];
/** `repeated`: the address was banned before, and not long ago. */
export const BAN_STEPS = ['first', 'repeated'] as const;
export type BanStep = (typeof BAN_STEPS)[number];
/** A request of a banned address, one too many a second; a connection too many, or of a banned address. */
export const ADDRESS_REFUSALS = ['banned', 'limited', 'connection'] as const;
export type AddressRefusalReason = (typeof ADDRESS_REFUSALS)[number];

export const STORE_RESULTS = ['ok', 'late', 'timeout', 'lost', 'refused', 'error', 'blocked'] as const;
export type StoreResult = (typeof STORE_RESULTS)[number];
/** `normal`, or the policy that answers while the store is away. */
export const STORE_MODES = ['normal', 'local', 'open', 'closed'] as const;
export type StoreMode = (typeof STORE_MODES)[number];
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];
