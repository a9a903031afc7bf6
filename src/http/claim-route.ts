/**
 * The way of a claim: campaign and its state, claimant, ticket, what is known without asking, body, decision, service.
 * Cheapest refusal first. The body is read before anything scarce is taken, so that a slow sender owns nothing.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Decision, Pass } from '../admission/decision.js';
import type { RouteHit } from '../campaign/route-target.js';
import type { RouteMatcher } from '../campaign/routes.js';
import type { ClientAddresses } from '../claimant/client-address.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';
import { type RequestBody, readSmallBody } from '../proxy/body.js';
import type { CampaignContext } from './campaign-context.js';
import { type Asker, answerRefusal, type Refusal, rateLimitFields } from './claim-answers.js';
import type { Cors } from './cors.js';
import { handOver } from './hand-over.js';
import { claimRequest, type TicketReading, ticketOf } from './identity.js';
import { sendProblem } from './problem.js';
import { stateProblem } from './state-problems.js';
import { placeName } from './ticket-answers.js';

/** Bodies up to this are read whole before anything is decided, in bytes. */
const SMALL_BODY_BYTES = 65_536;

export interface RoutedContext extends CampaignContext {
  readonly routes: CampaignContext['config']['routes'];
  readonly pass: CampaignContext['config']['pass'];
}

export interface ClaimRouteOptions {
  readonly matcher: RouteMatcher<RoutedContext>;
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
}

export function claimRoute(options: ClaimRouteOptions): RequestHandler {
  const { matcher, cors } = options;
  return (req, res) => {
    const { facts } = req;
    const match = matcher.match(req.method, facts.path);
    const fields = cors.fields(req.headers.origin);
    switch (match.kind) {
      case 'guarded':
      case 'pass':
        void new Visit(options, req, res, match).run();
        break;
      case 'none':
        sendProblem(res, facts.id, { code: 'NO_ROUTE', headers: fields });
        break;
      case 'method-not-allowed': {
        const preflight = cors.preflight(req.method, req.headers, match.allow.split(', '));
        if (preflight !== null) res.writeHead(204, preflight).end();
        else sendProblem(res, facts.id, { code: 'METHOD_NOT_ALLOWED', headers: [...fields, 'Allow', match.allow] });
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
  }

  async run(): Promise<void> {
    const context = this.#context;
    const { req, options } = this;
    const guarded = this.hit.kind === 'guarded';
    const state = context.state();
    const closed = guarded ? stateProblem(context, state, options.random) : null;
    if (closed !== null) return this.#refuse(closed);
    const address = options.addresses.resolve(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string);
    const identity = context.source.identify(req, address);
    const claimantId = identity.kind === 'known' ? identity.id : null;
    if (guarded && claimantId === null) {
      context.meters.refused('claimant_unknown');
      return this.#refuse({ code: 'CLAIMANT_UNKNOWN' });
    }
    const reading = guarded ? ticketOf(context, req, claimantId) : ({ kind: 'none' } as const);
    if (reading.kind === 'refused') {
      context.meters.refused(reading.problem.code === 'TICKET_OUTDATED' ? 'ticket_outdated' : 'ticket_invalid');
      return this.#refuse(reading.problem);
    }
    const request = claimRequest(context, req, claimantId, address, reading);
    const asker: Asker = { claimantId, reading, fields: this.#fields };
    const known = isOver(context, reading) ? null : context.admission.known(request);
    if (known !== null) return this.#answer(known as Refusal, asker);
    const beganUs = options.clock.monotonicUs();
    const body = await readSmallBody(req, SMALL_BODY_BYTES, options.maxBodyBytes);
    if (body.kind === 'aborted') return this.#gone();
    if (body.kind === 'too-large') return this.#refuse({ code: 'BODY_TOO_LARGE' });
    const kind = guarded ? (state === 'prequeue' ? 'join' : 'claim') : 'pass';
    this.#decide(kind, request, (decision) => {
      req.facts.waitedUs = options.clock.monotonicUs() - beganUs;
      if (decision.kind === 'admit') this.#admit(decision.pass, decision.remaining, body, asker, address);
      else if (decision.kind === 'pass') this.#passBy(decision.remaining, body, asker, address);
      else {
        if (body.kind === 'large') body.body.destroy();
        this.#answer(decision as Refusal, asker);
      }
    });
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
    address: ReturnType<ClientAddresses['resolve']>,
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
    this.#hand(body, asker, address, fields, (ending) => {
      pass.finish(ending);
      if (pass.place === null || ending !== 'final') return;
      meters.leftByEntering.inc();
      context.ended.set(placeName(context.link.view?.epoch ?? 1, pass.place), 'claimed');
    });
  }

  #passBy(
    remaining: ReadonlyArray<number | null>,
    body: Extract<RequestBody, { kind: 'small' | 'large' }>,
    asker: Asker,
    address: ReturnType<ClientAddresses['resolve']>,
  ): void {
    this.#context.meters.charged(remaining);
    this.#hand(body, asker, address, [...this.#fields, ...rateLimitFields(this.#context, remaining)], () => {});
  }

  #hand(
    body: Extract<RequestBody, { kind: 'small' | 'large' }>,
    asker: Asker,
    address: ReturnType<ClientAddresses['resolve']>,
    fields: readonly string[],
    ended: Parameters<typeof handOver>[2],
  ): void {
    const { req, res, options } = this;
    const { metrics, clock } = options;
    const context = this.#context;
    const meters = {
      clock,
      upstream: metrics.upstream(context.config.upstream),
      overhead: metrics.gateway.overhead(req.facts.route),
    };
    handOver({ context, req, res, body, address, claimantId: asker.claimantId, fields }, meters, ended);
  }

  #answer(decision: Refusal, asker: Asker): void {
    answerRefusal(this.#context, this.req.facts, this.res, decision, asker, this.options.random);
  }

  #refuse(problem: Parameters<typeof sendProblem>[2]): void {
    const headers = problem.headers === undefined ? this.#fields : [...problem.headers, ...this.#fields];
    sendProblem(this.res, this.req.facts.id, { ...problem, headers });
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
