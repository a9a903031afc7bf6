/**
 * The way of a claim: campaign and its state, claimant, ticket, what is known without asking, body, decision, service.
 * Cheapest refusal first. The body is read before anything scarce is taken, so that a slow sender owns nothing.
 */
import type { Request, Response } from 'express';
import type { ClaimRequest } from '../admission/admission.js';
import type { Decision, Ending, Pass } from '../admission/decision.js';
import type { RouteHit } from '../campaign/route-target.js';
import type { RouteMatcher } from '../campaign/routes.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { ClientAddress, ClientAddresses } from '../claimant/client-address.js';
import { payloadFingerprint } from '../claims/claim-keys.js';
import type { Outcome } from '../claims/outcomes.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';
import { type RequestBody, readSmallBody } from '../proxy/body.js';
import type { CampaignContext } from './campaign-context.js';
import { type Asker, answerRefusal, type Refusal, rateLimitFields } from './claim-answers.js';
import { handOverClaim, noteOutcome } from './claim-hand-over.js';
import type { Cors } from './cors.js';
import { isCrossSite } from './cross-site.js';
import type { First } from './express-app.js';
import { type HandOver, type HandOverMeters, handOver } from './hand-over.js';
import { claimRequest, type TicketReading, ticketOf } from './identity.js';
import { sendProblem } from './problem.js';
import { RefusalPage, sendRefusal } from './refusal-page.js';
import { sendReplay } from './replayed-answer.js';
import { stateProblem } from './state-problems.js';
import { placeName } from './ticket-answers.js';
import { unknownClaimant } from './unknown-claimant.js';
import type { CampaignPage } from './waiting-page/campaign-page.js';

/** Bodies up to this are read whole before anything is decided, in bytes. */
const SMALL_BODY_BYTES = 65_536;

export interface RoutedContext extends CampaignContext {
  readonly routes: CampaignContext['config']['routes'];
  readonly pass: CampaignContext['config']['pass'];
}

/** What a reload may replace is read anew with each request. */
export interface ClaimRouteOptions {
  readonly matcher: RouteMatcher<RoutedContext>;
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly pages: ReadonlyMap<string, CampaignPage>;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
}

/** Serves a request on a campaign's route; what is on none is passed on. */
export function claimRoute(options: ClaimRouteOptions): First {
  return (req, res, next) => {
    const { facts } = req;
    const { matcher, cors } = options;
    const match = matcher.match(req.method, facts.path);
    switch (match.kind) {
      case 'guarded':
      case 'pass':
        void new Visit(options, req, res, match).run();
        break;
      case 'none':
        next();
        break;
      case 'method-not-allowed': {
        const preflight = cors.preflight(req.method, req.headers, match.allow.split(', '));
        if (preflight !== null) res.writeHead(204, preflight).end();
        else {
          const headers = [...cors.fields(req.headers.origin), 'Allow', match.allow];
          sendProblem(res, facts.id, { code: 'METHOD_NOT_ALLOWED', headers });
        }
      }
    }
  };
}

/** One request on a campaign's route. */
class Visit {
  readonly #context: CampaignContext;
  readonly #fields: readonly string[];

  constructor(
    private readonly options: ClaimRouteOptions,
    private readonly req: Request,
    private readonly res: Response,
    private readonly hit: RouteHit<RoutedContext>,
  ) {
    this.#context = hit.campaign;
    this.#fields = options.cors.fields(req.headers.origin);
    req.facts.campaign = hit.campaign.config.id;
    req.facts.route = hit.kind === 'guarded' ? 'claim' : 'pass';
    if (hit.kind === 'guarded') req.facts.page = RefusalPage.of(options.pages.get(hit.campaign.config.id), req);
  }

  async run(): Promise<void> {
    const context = this.#context;
    const { req, options } = this;
    const guarded = this.hit.kind === 'guarded';
    if (guarded && isCrossSite(req.method, req.headers, context.config.claimant, options.cors)) {
      return this.#refuse({ code: 'CROSS_SITE' });
    }
    const state = context.state();
    // Whoever was granted gets the answer again, also when nothing is left and when all is over.
    const recalls = guarded && context.claims.keepsAnswers && (state === 'sold-out' || state === 'ended');
    if (guarded && !recalls && this.#isClosed(state)) return;
    const preparation = context.source.prepare(req);
    if (preparation !== null) await preparation;
    const address = options.addresses.resolve(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string);
    const identity = context.source.identify(req, address);
    const claimantId = identity.kind === 'known' ? identity.id : null;
    if (recalls && claimantId === null) return void this.#isClosed(state);
    if (guarded && identity.kind === 'unknown') {
      return this.#refuse(unknownClaimant(context, identity.reason, options.random));
    }
    if (recalls) return this.#recall(state, claimantId as string, address);
    const reading = guarded ? ticketOf(context, req, claimantId) : ({ kind: 'none' } as const);
    if (reading.kind === 'refused') {
      context.meters.refused(reading.problem.code === 'TICKET_OUTDATED' ? 'ticket_outdated' : 'ticket_invalid');
      return this.#refuse(reading.problem);
    }
    const asker: Asker = { claimantId, reading, fields: this.#fields };
    const claims = guarded && state !== 'prequeue' && this.#isLedgered() ? context.claims : null;
    let ledger = claims === null ? null : this.#ledgerRequest(claimantId as string, null);
    if (ledger === 'refused') return;
    if (ledger !== null && !context.claims.comparesPayloads && this.#isKnown(ledger, asker)) return;
    const request = claimRequest(context, req, claimantId, address, reading);
    const known = isOver(context, reading) ? null : context.admission.known(request);
    if (known !== null) return this.#answer(known as Refusal, asker);
    const beganUs = options.clock.monotonicUs();
    const body = await this.#readBody();
    if (body.kind === 'aborted') return this.#gone();
    if (body.kind === 'too-large') return this.#refuse({ code: 'BODY_TOO_LARGE' });
    if (ledger !== null && context.claims.comparesPayloads) {
      ledger = this.#ledgerRequest(claimantId as string, body);
      if (ledger === 'refused' || (ledger !== null && this.#isKnown(ledger, asker))) return dispose(body);
    }
    const kind = guarded ? (state === 'prequeue' ? 'join' : 'claim') : 'pass';
    this.#decide(kind, ledger === null ? request : { ...request, ledger }, (decision) => {
      req.facts.waitedUs = options.clock.monotonicUs() - beganUs;
      if (decision.kind === 'admit') {
        if (decision.joined) this.#context.meters.joinedDirect.inc();
        this.#admit(decision.pass, decision.remaining, body, asker, address, request);
      } else if (decision.kind === 'pass') this.#passBy(decision.remaining, body, asker, address);
      else {
        dispose(body);
        this.#refused(decision, ledger, asker);
      }
    });
  }

  #readBody(): Promise<RequestBody> {
    const { maxBodyBytes } = this.options;
    return readSmallBody(this.req, Math.min(SMALL_BODY_BYTES, maxBodyBytes), maxBodyBytes);
  }

  /** Says so where claims of this state go nowhere. */
  #isClosed(state: CampaignState): boolean {
    const closed = stateProblem(this.#context, state, this.options.random);
    if (closed !== null) this.#refuse(closed);
    return closed !== null;
  }

  /** A safe method claims nothing (RFC 9110, section 9.2.1). */
  #isLedgered(): boolean {
    const { method } = this.req;
    return this.#context.claims.keepsEntries && method !== 'HEAD' && method !== 'OPTIONS';
  }

  /** @param body - null: not read yet, and not asked for */
  #ledgerRequest(claimantId: string, body: RequestBody | null): LedgerRequest | 'refused' {
    const { req, hit } = this;
    const context = this.#context;
    const payload = (): string => (body === null ? '' : payloadFingerprint(req.method, req.url, payloadOf(req, body)));
    const reading = context.claims.read(req.headers, claimantId, hit.scopeKey, payload, context.nextAttempt);
    switch (reading.kind) {
      case 'request':
        return reading.request;
      case 'missing':
        context.meters.refused('key_missing');
        this.#refuse({ code: 'IDEMPOTENCY_KEY_MISSING' });
        return 'refused';
      case 'malformed':
        context.meters.refused('key_missing');
        this.#refuse({ code: 'REQUEST_INVALID', detail: reading.why });
        return 'refused';
    }
  }

  /** Answers what this process knows of the claim without asking. */
  #isKnown(ledger: LedgerRequest, asker: Asker): boolean {
    const context = this.#context;
    const verdict = context.claims.known(ledger);
    if (verdict === null) return false;
    if (verdict.kind === 'replay') context.link.countReplay();
    this.#refused(verdict as Decision, null, asker);
    return true;
  }

  /** After the end: whoever has a final answer gets it, and everybody else hears that it is over. */
  async #recall(state: CampaignState, claimantId: string, address: ClientAddress): Promise<void> {
    const { req } = this;
    const context = this.#context;
    const asker: Asker = { claimantId, reading: { kind: 'none' }, fields: this.#fields };
    const { claims } = context;
    const named = claims.read(req.headers, claimantId, this.hit.scopeKey, () => '', context.nextAttempt);
    if (named.kind !== 'request' || !context.mayBeGranted(named.request.key)) {
      this.#isClosed(state);
      return;
    }
    let ledger = named.request;
    if (claims.comparesPayloads) {
      const body = await this.#readBody();
      dispose(body);
      if (body.kind === 'aborted') return this.#gone();
      const whole = this.#ledgerRequest(claimantId, body);
      if (whole === 'refused') return;
      ledger = whole;
    }
    if (this.#isKnown(ledger, asker)) return;
    const request = { ...claimRequest(context, req, claimantId, address, asker.reading), ledger };
    context.admission.request('recall', request, (decision) => {
      if (decision.kind === 'none' || decision.kind === 'untrusted') this.#isClosed(state);
      else this.#refused(decision, ledger, asker);
    });
  }

  #refused(decision: Decision, ledger: LedgerRequest | null, asker: Asker): void {
    const context = this.#context;
    if (decision.kind === 'replay') {
      if (ledger !== null && decision.answer !== null) context.claims.remember(ledger.key, decision.answer);
      this.req.facts.outcome = 'replayed';
      context.meters.replayed.inc();
      context.meters.claimed('duplicate');
      sendReplay(this.res, context.config.id, decision.answer, this.#fields);
    } else if (decision.kind === 'over') {
      const state = context.state();
      this.#isClosed(state === 'ended' ? state : 'sold-out');
    } else this.#answer(decision as Refusal, asker);
  }

  #decide(
    kind: 'claim' | 'join' | 'pass',
    request: Parameters<CampaignContext['admission']['claim']>[0],
    decided: (decision: Decision) => void,
  ): void {
    const { admission } = this.#context;
    if (kind === 'pass' && request.buckets.every((bucket) => bucket === null)) {
      decided({ kind: 'pass', remaining: [] });
      return;
    }
    if (kind !== 'claim') {
      admission.request(kind, request, decided);
      return;
    }
    const { res } = this;
    if (res.destroyed) {
      this.#gone();
      return;
    }
    let abort = (): void => {};
    const onClose = (): void => {
      abort();
      this.#gone();
    };
    res.on('close', onClose);
    abort = admission.claim(request, (decision) => {
      res.off('close', onClose);
      decided(decision);
    });
  }

  #admit(
    pass: Pass,
    remaining: ReadonlyArray<number | null>,
    body: Extract<RequestBody, { kind: 'small' | 'large' }>,
    asker: Asker,
    address: ClientAddress,
    request: ClaimRequest,
  ): void {
    const context = this.#context;
    const { meters } = context;
    if (pass.place === null) {
      meters.admitDirect.inc();
      meters.admittedDirectly.inc();
      meters.charged(remaining);
    } else {
      meters.admitCalled.inc();
      meters.admittedCalled.inc();
      meters.held.observe(this.req.facts.waitedUs / 1e6);
    }
    const fields = [...this.#fields, ...rateLimitFields(context, remaining)];
    const ended = (ending: Ending): void => {
      pass.finish(ending);
      if (pass.place === null || ending !== 'final') return;
      meters.leftByEntering.inc();
      context.ended.set(placeName(context.link.view?.epoch ?? 1, pass.place), 'claimed');
    };
    const what = this.#handOver(body, asker, address, fields, request.claimant);
    const { outcomes } = context.claims;
    if (pass.attempt !== null || outcomes.needsBody) handOverClaim(what, this.#meters(), pass, ended);
    else handOver(what, this.#meters(), (status, headers) => this.#judge(status, headers, request.claimant), ended);
  }

  /** What the head of an answer means, where nothing of it is kept. */
  #judge(status: number, headers: readonly string[], claimant: string): Outcome {
    const context = this.#context;
    const outcome = context.claims.outcomes.of({ status, headers, body: null });
    noteOutcome(context, outcome, false, claimant);
    return outcome;
  }

  #passBy(
    remaining: ReadonlyArray<number | null>,
    body: Extract<RequestBody, { kind: 'small' | 'large' }>,
    asker: Asker,
    address: ClientAddress,
  ): void {
    this.#context.meters.charged(remaining);
    const fields = [...this.#fields, ...rateLimitFields(this.#context, remaining)];
    handOver(this.#handOver(body, asker, address, fields, ''), this.#meters(), null, () => {});
  }

  #handOver(
    body: Extract<RequestBody, { kind: 'small' | 'large' }>,
    { claimantId }: Asker,
    address: ClientAddress,
    fields: readonly string[],
    claimant: string,
  ): HandOver {
    return { context: this.#context, req: this.req, res: this.res, body, address, claimantId, claimant, fields };
  }

  #meters(): HandOverMeters {
    const { metrics, clock } = this.options;
    return {
      clock,
      upstream: metrics.upstream(this.#context.config.upstream),
      overhead: metrics.gateway.overhead(this.req.facts.route),
    };
  }

  #answer(decision: Refusal, asker: Asker): void {
    answerRefusal(this.#context, this.req.facts, this.res, decision, asker, this.options.random);
  }

  #refuse(problem: Parameters<typeof sendProblem>[2]): void {
    const headers = problem.headers === undefined ? this.#fields : [...problem.headers, ...this.#fields];
    sendRefusal(this.res, this.req.facts, { ...problem, headers });
  }

  #gone(): void {
    this.req.facts.outcome = 'client_abort';
  }
}

/** Whether the ticket's place was seen to end here: its number is no longer one of those that wait. */
function isOver(context: CampaignContext, reading: TicketReading): boolean {
  if (reading.kind !== 'ticket') return false;
  return context.ended.get(placeName(reading.ticket.epoch, reading.ticket.place)) !== undefined;
}

/** Nobody will read it: the client's connection goes on without it. */
function dispose(body: RequestBody): void {
  if (body.kind === 'large') body.body.destroy();
}

/** What stands for the payload: the body, or of one too large to be read first its declared length. */
function payloadOf(req: Request, body: RequestBody): Uint8Array | string {
  return body.kind === 'small' ? body.body : `large ${req.headers['content-length'] ?? 'unknown'}`;
}
