/** Wires one campaign: its link to the store, its door, its decisions, its tickets. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { OperatedCampaign } from '../admin/amendments.js';
import { ClaimsDesk } from '../admin/claims-desk.js';
import { joinRooms, limitRates, type RoomsConfig } from '../admission/campaign-rooms.js';
import type { Door } from '../admission/door.js';
import type { LiveSettings } from '../admission/live-settings.js';
import type { SlotAccount } from '../admission/slot-account.js';
import { ClaimantHasher } from '../claimant/claimant-hash.js';
import type { CampaignClaims } from '../claims/campaign-claims.js';
import { GrantedFilter } from '../claims/granted-filter.js';
import type { LoadedConfig } from '../config/load.js';
import type { CampaignConfig, Config, UpstreamConfig } from '../config/schema.js';
import { CampaignMeters } from '../http/campaign-meters.js';
import { limitProblem } from '../http/claim-answers.js';
import { TicketCookie } from '../http/cookies.js';
import { PlaceFinder } from '../http/place-finder.js';
import { RateLimitFields } from '../http/rate-limit-fields.js';
import type { Tracing } from '../http/request-trace.js';
import { Sessions } from '../http/sessions.js';
import type { RoutedContext } from '../http/visit.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';
import { effectiveRate } from '../overload/effective-rate.js';
import { AdmissionProof } from '../proxy/admission-proof.js';
import { MicroCache } from '../proxy/micro-cache.js';
import type { Upstream } from '../proxy/upstream.js';
import { TraceRecorder } from '../replay/trace/trace-recorder.js';
import { LineNotes } from '../waiting-room/line-notes.js';
import { PlaceEndings } from '../waiting-room/place-endings.js';
import { PollTimes } from '../waiting-room/poll-times.js';
import { type TicketKey, Tickets } from '../waiting-room/tickets.js';
import { mirrorCampaign, watchEndings } from './campaign-figures.js';
import { composeClaimants, identityField, identityFields } from './claimant.js';
import type { OpenedCampaign } from './store-port.js';

/** Places whose end this gateway remembers. */
const ENDED_PLACES = 100_000;
const FAULTS = {
  call: 'The store found a call wrong',
  settings: 'The settings in the store could not be read',
};

/** What a configuration says of a campaign. */
export interface CampaignRevision {
  readonly campaign: CampaignConfig;
  readonly upstreamConfig: UpstreamConfig;
  readonly upstream: Upstream;
  readonly keys: readonly TicketKey[];
  readonly secretsOf: LoadedConfig['secretsOf'];
}

export interface CampaignParts extends CampaignRevision {
  readonly config: Config;
  readonly slots: SlotAccount;
  readonly store: OpenedCampaign;
  readonly gateway: string;
  readonly tracing: Tracing | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** With a configuration that operators' overrides change. */
type Changing<C extends RoutedContext> = Omit<C, 'config'> & { config: C['config'] };

/** A configuration of the campaign that may come into force. */
export interface PreparedCampaign {
  /** What requests go by from then on; those under way end by the one that they began with. */
  readonly context: RoutedContext;
  /** Faultless, and at once. */
  commit(): void;
}

export interface ComposedCampaign {
  /** By the configuration in force. */
  readonly context: RoutedContext;
  readonly door: Door;
  readonly live: LiveSettings;
  readonly operated: OperatedCampaign;
  /** Puts it on show in the metrics. */
  mirror(): void;
  /** How long what is on its way may take to end, in milliseconds. */
  leaseMs(): number;
  prepare(revision: CampaignRevision): PreparedCampaign;
}

export function composeCampaign(parts: CampaignParts): ComposedCampaign {
  const { config, metrics } = parts;
  const { id } = parts.campaign;
  const cookie = new TicketCookie(id, config.server.tls !== null);
  const rooms = joinRooms({
    ...roomsConfig(parts),
    slots: parts.slots,
    exchanges: parts.store.exchanges,
    settings: parts.store.settings,
    gateway: parts.gateway,
    clock: parts.clock,
    random: parts.random,
    deadlineMs: config.store.deadlineMs,
    generation: randomBytes(9).toString('base64url'),
    ownCookies: [cookie.name],
    onFault: (err, what) => parts.logger.error({ err, campaign: id }, FAULTS[what]),
    observe: (call) => {
      metrics.store.exchanged(call, parts.clock.wallMs());
      parts.tracing?.exchanged(call, id);
    },
  });
  const { live, link, door, admission, state, over, nowMs } = rooms;
  const granted = new GrantedFilter(parts.store.granted, (err) =>
    parts.logger.warn({ err, campaign: id }, 'The granted claims could not be read; trying again'),
  );
  link.onView((view) => {
    if (rooms.claims.keepsAnswers && over())
      void granted.refresh(`${view.generation} ${view.claims.era} ${view.claims.granted}`, view.claims.granted);
  });
  watchEndings(rooms, metrics.campaign(id));
  const notes = new LineNotes();
  const recorderOf = recorders(parts);
  const cacheOf = caches(parts.clock);
  const endings = new PlaceEndings(ENDED_PLACES);
  const pollTimes = new PollTimes();
  // Plain properties only: an object with accessors is a slow one to V8, and every request asks this one.
  const contextOf = (
    { campaign, upstreamConfig, upstream, keys, secretsOf }: CampaignRevision,
    claims: CampaignClaims,
  ): Changing<RoutedContext> => ({
    config: campaign,
    routes: campaign.routes,
    pass: campaign.pass,
    upstream,
    protectedFields: identityFields(campaign.claimant),
    identityField: identityField(campaign.claimant),
    link,
    admission,
    claims,
    tickets: new Tickets(id, keys),
    hasher: new ClaimantHasher(claimantSalt(keys, id)),
    proof: proofOf(upstreamConfig, secretsOf, parts.clock),
    ...composeClaimants({ campaign, server: config.server, keys, secretsOf, clock: parts.clock, logger: parts.logger }),
    cookie,
    limitRates: limitRates(campaign),
    limitFields: campaign.limits.length === 0 ? null : new RateLimitFields(campaign.limits),
    limitProblems: campaign.limits.map(limitProblem),
    recorder: recorderOf(campaign, keys),
    cache: cacheOf(campaign),
    meters: new CampaignMeters(metrics.campaign(id), campaign.limits),
    notes,
    endings,
    pollTimes,
    state,
    epoch: () => link.view?.epoch ?? 1,
    nowMs,
    sessions: new Sessions(link, nowMs, () => live.effective.campaign.session?.ttlMs ?? null),
    opensInMs: rooms.opensInMs,
    recentPace: rooms.recentPace,
    ratePerSecond: () => effectiveRate(live.effective.campaign.admission.ratePerSecond, link.view?.pace.rateMilli ?? 0),
    nextAttempt: rooms.nextAttempt,
    mayBeGranted: (key) => claims.cache.get(key) !== undefined || granted.mayContain(key),
  });
  let context = contextOf(parts, rooms.claims);
  live.onChange(() => {
    context.config = live.effective.campaign;
  });
  const prepare = (revision: CampaignRevision): PreparedCampaign => {
    const prepared = rooms.prepare(roomsConfig(revision));
    const next = contextOf(revision, prepared.claims);
    const commit = (): void => {
      if (next.recorder !== context.recorder) void context.recorder?.close();
      context = next;
      prepared.commit();
    };
    return { context: next, commit };
  };
  return {
    get context() {
      return context;
    },
    door,
    live,
    operated: {
      id,
      live,
      link,
      stateWith: rooms.stateWith,
      nowMs,
      places: new PlaceFinder(() => context, parts.random),
      claims: new ClaimsDesk(id, parts.store.audit, () => rooms.claims),
    },
    mirror: () => mirrorCampaign(metrics, id, () => context, door),
    leaseMs: rooms.leaseMs,
    prepare,
  };
}

function roomsConfig({ campaign, upstreamConfig, keys }: CampaignRevision): RoomsConfig {
  return { campaign, upstream: upstreamConfig, claimsSecret: claimsSecret(keys, campaign.id) };
}

/** The first key signs; the others are those that services may still know. */
function proofOf(
  { proofKeys }: UpstreamConfig,
  secretsOf: LoadedConfig['secretsOf'],
  clock: Clock,
): AdmissionProof | null {
  const [first] = secretsOf(proofKeys);
  return first === undefined ? null : new AdmissionProof(first, clock);
}

/**
 * Makes a campaign's recorder; the same one for the same settings, so that a reload of something else goes on with it.
 * Nothing is written before the first claim: a configuration that does not come into force leaves nothing behind.
 */
function recorders({ gateway, clock, logger }: CampaignParts) {
  let of = '';
  let made: TraceRecorder | null = null;
  return ({ id, recording }: CampaignConfig, keys: readonly TicketKey[]): TraceRecorder | null => {
    const settings = JSON.stringify(recording);
    if (settings === of) return made;
    of = settings;
    const { folder } = recording;
    const secret = new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway trace ${id}`, 32));
    made =
      folder === null
        ? null
        : new TraceRecorder({ ...recording, folder, campaign: id, gateway, secret, clock, logger });
    return made;
  };
}

/** The same one for the same settings: what is kept outlives a reload of something else. */
function caches(clock: Clock) {
  let of = '';
  let made: MicroCache | null = null;
  return ({ cache, pass, upstream }: CampaignConfig): MicroCache | null => {
    const settings = JSON.stringify([cache, pass, upstream]);
    if (settings !== of) made = cache === null ? null : new MicroCache(cache, clock);
    of = settings;
    return made;
  };
}

/** From the key that stays longest when keys rotate: the last one. */
function claimantSalt(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway store claimant ${campaign}`, 32));
}

/** Names of entries and keys for the service: of the key that stays longest, as for the claimants. */
export function claimsSecret(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway claims ${campaign}`, 32));
}
