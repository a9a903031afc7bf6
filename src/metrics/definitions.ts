/**
 * Every metric: name, labels, buckets, meaning. The only source of these names; dashboards, alerts and the reference
 * are held against it. `shared` metrics are facts about the campaign that every gateway reports: aggregate them by
 * maximum, never by sum. `workers` says how the processes of one machine become one number, where a sum would mislead.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  readonly shared?: boolean;
  readonly workers?: 'max' | 'min' | 'average';
}

/** Bucket bounds, in seconds, except `ETA_RATIO` (a ratio) and `BATCH` (a number of claims). */
export const WEB = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
export const FAST = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
export const WAIT = [1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];
export const ETA_RATIO = [0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5];
export const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const define = (
  name: string,
  labels: readonly string[],
  help: string,
  more: Pick<MetricDefinition, 'buckets' | 'shared' | 'workers'> = {},
): MetricDefinition => ({ name: `spillway_${name}`, labels, help, ...more });
const shared = (name: string, labels: readonly string[], help: string): MetricDefinition =>
  define(name, labels, help, { shared: true });
const fact = (
  name: string,
  labels: readonly string[],
  help: string,
  workers: 'max' | 'min' | 'average' = 'max',
): MetricDefinition => define(name, labels, help, { workers });
const timed = (name: string, labels: readonly string[], help: string, buckets: readonly number[]): MetricDefinition =>
  define(name, labels, help, { buckets });

const C = ['campaign'] as const;

export const COUNTERS = {
  requests: define(
    'requests_total',
    [...C, 'route', 'outcome', 'code'],
    'Client requests that ended, by outcome and HTTP status.',
  ),
  decisions: define('decisions_total', [...C, 'decision', 'reason'], 'Decisions about claims; shadow ones apart.'),
  limiterChecks: define(
    'limiter_checks_total',
    [...C, 'limit', 'result'],
    'Checks of a limit; near_limit from 80 % of it.',
  ),
  lineJoins: define('line_joins_total', [...C, 'path'], 'Places given out in the line.'),
  lineLeaves: define(
    'line_leaves_total',
    [...C, 'reason'],
    'Places used, given up or lost. Lapsed ones are estimated from the share of no-shows.',
  ),
  linePolls: define('line_polls_total', [...C, 'transport'], 'Questions of waiting people for their place.'),
  lineEarlyPolls: define(
    'line_early_polls_total',
    [...C, 'transport'],
    'Polls before the time that this gateway had told, of up to 65,536 people it keeps track of.',
  ),
  admissions: define('admissions_total', [...C, 'path'], 'Claims handed over to the upstream.'),
  claims: define('claims_total', [...C, 'outcome'], 'Claims answered, by what the answer means.'),
  upstreamRequests: define(
    'upstream_requests_total',
    ['upstream', 'code', 'error'],
    'Requests to the upstream, by HTTP status or by what went wrong.',
  ),
  cached: define(
    'cache_requests_total',
    [...C, 'result'],
    'Requests beside the line that may be answered from the cache.',
  ),
  shed: define('shed_total', [...C, 'class', 'reason'], 'Requests refused to keep the gateway itself alive.'),
  storeCalls: define('store_calls_total', ['script', 'result'], 'Script calls to the store.'),
  storeFallback: define(
    'store_fallback_decisions_total',
    [...C, 'policy'],
    'Decisions made by the outage policy while the store was away.',
  ),
  configReloads: define('config_reloads_total', ['result'], 'Readings of the configuration while running, by result.'),
  logLinesDropped: define('log_lines_dropped_total', [], 'Lines for answers that were left out of the log in a burst.'),
  addressBans: define('address_bans_total', ['step'], 'Addresses banned, for the first time or once more.'),
  addressRefusals: define(
    'address_refusals_total',
    ['reason'],
    'Requests and connections refused for what their address does or did.',
  ),
  adminActions: define('admin_actions_total', ['action', 'result'], 'What operators asked for, and what came of it.'),
  ticketChecks: define('ticket_checks_total', [...C, 'result'], 'Tickets checked.'),
} satisfies Record<string, MetricDefinition>;

export const HISTOGRAMS = {
  requestDuration: timed(
    'request_duration_seconds',
    [...C, 'route', 'outcome'],
    'Time a client waited for its answer.',
    WEB,
  ),
  overhead: timed(
    'overhead_duration_seconds',
    ['route'],
    'Time added by the gateway to what went to the service, without upstream and waiting.',
    FAST,
  ),
  limiterDuration: timed('limiter_check_duration_seconds', ['store'], 'Time a check of the limits took.', FAST),
  lineWait: timed('line_wait_seconds', [...C, 'outcome'], 'Time in the line, from joining to entry or end.', WAIT),
  etaRatio: timed('line_eta_ratio', [...C], 'Time waited over the time first promised.', ETA_RATIO),
  upstreamDuration: timed(
    'upstream_request_duration_seconds',
    ['upstream', 'code_class'],
    'Time the upstream took to answer.',
    WEB,
  ),
  hold: timed('hold_duration_seconds', [...C], 'Time a claim was held inside the gateway for its turn.', FAST),
  storeDuration: timed('store_call_duration_seconds', ['script', 'result'], 'Time a script call took.', FAST),
  storeBatch: timed('store_batch_size', ['script'], 'Claims that shared one script call.', BATCH),
  tickDuration: timed('tick_duration_seconds', [], 'Time a call to the store took that called the next in line.', FAST),
} satisfies Record<string, MetricDefinition>;

export const GAUGES = {
  buildInfo: fact('build_info', ['version', 'node'], 'Always 1; the labels tell what runs.'),
  configInfo: fact('config_info', ['revision'], 'Always 1; the label tells which configuration is in force.'),
  configReloadSuccessful: fact(
    'config_last_reload_successful',
    [],
    '1 if the last configuration that was read is the one in force, else 0.',
    'min',
  ),
  configReloadTimestamp: fact(
    'config_last_reload_timestamp_seconds',
    [],
    'When the configuration in force was loaded, in Unix time.',
  ),
  requestsInFlight: define('requests_in_flight', ['route'], 'Client requests being answered.'),
  connections: define('connections', [], 'Open client connections.'),
  lineWaiting: shared('line_waiting', C, 'People waiting in the line.'),
  lineLimit: shared('line_limit', C, 'People who may wait at most.'),
  sessionsActive: shared('sessions_active', C, 'Sessions going on, and claims on their way to one.'),
  sessionsLimit: shared('sessions_limit', C, 'Sessions that may go on at once.'),
  lineHead: shared('line_head', C, 'Highest number called.'),
  lineTail: shared('line_tail', C, 'Highest number given out.'),
  noShow: shared('line_no_show_ratio', C, 'Share of called people who do not come.'),
  configuredRate: shared('admission_configured_rate', C, 'Claims per second the campaign is set to.'),
  effectiveRate: shared('admission_effective_rate', C, 'Claims per second it is let through at now.'),
  burst: shared('admission_burst', C, 'Claims that may go at once after a quiet moment.'),
  budgetRemaining: shared('budget_remaining_claims', C, 'Claims that may still be granted.'),
  campaignState: shared('campaign_state', [...C, 'state'], '1 for the state the campaign is in, else 0.'),
  opens: fact('campaign_opens_timestamp_seconds', C, 'When the campaign opens, in Unix time.'),
  closes: fact('campaign_closes_timestamp_seconds', C, 'When the campaign closes, in Unix time.'),
  upstreamInFlight: define('upstream_in_flight', ['upstream'], 'Requests of this gateway at the upstream.'),
  upstreamLimit: fact('upstream_limit', ['upstream'], 'Requests that may be at the upstream at once.'),
  upstreamTargets: fact('upstream_targets', ['upstream'], 'Targets of the upstream.'),
  upstreamTargetsInUse: fact(
    'upstream_targets_in_use',
    ['upstream'],
    'Targets that are not left out for being slow or silent.',
    'min',
  ),
  upstreamBreaker: fact('upstream_breaker_state', ['upstream', 'state'], '1 for the state it is in, else 0.'),
  held: define('held_requests', C, 'Claims held inside the gateway for their turn.'),
  eventLoop: fact(
    'event_loop_utilization_ratio',
    [],
    'Share of time the event loop was busy since the last look.',
    'average',
  ),
  shedThreshold: fact(
    'shed_threshold',
    [],
    'Who is turned away: classes from 0 (pass) to 5 (line), and the share of the class that is reached.',
  ),
  storeUp: fact('store_up', ['store'], '1 if the store answers, else 0.', 'min'),
  storeMode: fact('store_mode', ['mode'], '1 for the mode decisions are made in, else 0.'),
  storeBreaker: fact('store_breaker_state', ['state'], "1 for the state the store's breaker is in, else 0."),
  tickTimestamp: fact('tick_last_timestamp_seconds', [], 'When the line last ticked, in Unix time.'),
  draining: fact('draining', [], '1 while the gateway is stopping, else 0.', 'min'),
  workers: define('workers', [], 'Processes that serve on this machine.'),
} satisfies Record<string, MetricDefinition>;
