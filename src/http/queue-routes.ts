/** The line's own endpoints, below `server.basePath`. A poll with a ticket costs no store call. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Decision } from '../admission/decision.js';
import type { ClientAddresses } from '../claimant/client-address.js';
import type { Random } from '../kernel/random.js';
import type { Place } from '../waiting-room/place.js';
import type { CampaignContext } from './campaign-context.js';
import { CampaignDocument } from './campaign-document.js';
import { answerRefusal, type Refusal } from './claim-answers.js';
import type { Cors } from './cors.js';
import { claimRequest, readTicket, type TicketReading, ticketOf } from './identity.js';
import { sendNothing, sendPrivate, sendPublic } from './own-answers.js';
import { type Problem, sendProblem } from './problem.js';
import type { RequestFacts } from './request-facts.js';
import { stateProblem } from './state-problems.js';
import { documentOf, endedDocument, placeName } from './ticket-answers.js';

export interface QueueRoutesOptions {
  readonly campaigns: ReadonlyMap<string, CampaignContext>;
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly random: Random;
}

type Method = 'get' | 'post' | 'delete';

export function queueRoutes(options: QueueRoutesOptions): Router {
  const routes = new QueueRoutes(options);
  const router = Router({ caseSensitive: true, strict: true });
  const at = (path: string, handlers: Partial<Record<Method, RequestHandler>>): void => {
    const route = router.route(path);
    const methods = Object.keys(handlers) as Method[];
    for (const method of methods) route[method](handlers[method]!);
    route.all(routes.otherMethod(methods));
  };
  at('/:campaign', { get: routes.campaign });
  at('/:campaign/status.json', { get: routes.campaign });
  at('/:campaign/tickets', { post: routes.join });
  at('/:campaign/tickets/:ticket', { get: routes.poll, delete: routes.leave });
  return router;
}

class QueueRoutes {
  readonly #documents = new Map<CampaignContext, CampaignDocument>();

  constructor(private readonly options: QueueRoutesOptions) {}

  readonly campaign: RequestHandler = (req, res) => {
    const context = this.#context(req, res, 'status');
    if (context === null) return;
    let document = this.#documents.get(context);
    if (document === undefined) {
      document = new CampaignDocument(context);
      this.#documents.set(context, document);
    }
    req.facts.outcome = 'proxied';
    context.link.touch();
    sendPublic(res, document.bytes(), this.#fields(req), req.method === 'HEAD');
  };

  readonly join: RequestHandler = (req, res) => {
    const context = this.#context(req, res, 'join');
    if (context === null) return;
    const closed = stateProblem(context, context.state(), this.options.random);
    if (closed !== null) return this.#refuse(req, res, closed);
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    const { claimantId, reading, request } = asker;
    context.admission.request('join', request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, claimantId, reading);
      if (decision.joined) {
        (context.state() === 'prequeue' ? context.meters.joinedPrequeue : context.meters.joinedDirect).inc();
        context.meters.charged(decision.remaining);
      }
      this.#sendDocument(context, req, res, decision.joined ? 201 : 200, decision.place, reading, claimantId);
    });
  };

  readonly poll: RequestHandler = (req, res) => {
    const context = this.#context(req, res, 'ticket');
    if (context === null) return;
    context.meters.polls.inc();
    context.link.touch();
    const named = req.params.ticket as string;
    const reading = named === 'me' ? ticketOf(context, req, null) : readTicket(context, named);
    if (reading.kind === 'refused') return this.#refuse(req, res, reading.problem);
    if (reading.kind === 'ticket')
      return this.#sendDocument(context, req, res, 200, reading.ticket.place, reading, null);
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    context.admission.request('find', asker.request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, asker.claimantId, reading);
      this.#sendDocument(context, req, res, 200, decision.place, reading, asker.claimantId);
    });
  };

  readonly leave: RequestHandler = (req, res) => {
    const context = this.#context(req, res, 'leave');
    if (context === null) return;
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    const named = req.params.ticket as string;
    const reading = named === 'me' ? asker.reading : readTicket(context, named);
    if (reading.kind === 'refused') return this.#refuse(req, res, reading.problem);
    if (reading.kind === 'ticket') {
      if (!context.tickets.belongsTo(reading.ticket, asker.claimantId)) {
        const detail = 'The ticket belongs to another claimant; only its owner may give the place up.';
        return this.#refuse(req, res, { code: 'TICKET_INVALID', detail });
      }
      return this.#giveUp(context, req, res, asker.request.claimant, reading.ticket.place);
    }
    context.admission.request('find', asker.request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, asker.claimantId, reading);
      this.#giveUp(context, req, res, asker.request.claimant, decision.place);
    });
  };

  otherMethod(methods: readonly Method[]): RequestHandler {
    const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    return (req, res) => {
      const preflight = this.options.cors.preflight(req.method, req.headers, allowed);
      if (preflight !== null) res.writeHead(204, preflight).end();
      else this.#refuse(req, res, { code: 'METHOD_NOT_ALLOWED', headers: ['Allow', allowed.join(', ')] });
    };
  }

  #context(req: Request, res: Response, route: RequestFacts['route']): CampaignContext | null {
    const context = this.options.campaigns.get(req.params.campaign as string);
    req.facts.route = route;
    if (context === undefined) {
      this.#refuse(req, res, { code: 'NO_ROUTE', detail: 'There is no such campaign.' });
      return null;
    }
    req.facts.campaign = context.config.id;
    return context;
  }

  /** Who asks; null when the answer has been given. */
  #asker(context: CampaignContext, req: Request, res: Response) {
    const address = this.options.addresses.resolve(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string);
    const identity = context.source.identify(req, address);
    if (identity.kind === 'unknown') {
      context.meters.refused('claimant_unknown');
      this.#refuse(req, res, { code: 'CLAIMANT_UNKNOWN' });
      return null;
    }
    const reading = ticketOf(context, req, identity.id);
    if (reading.kind === 'refused') {
      this.#refuse(req, res, reading.problem);
      return null;
    }
    return { claimantId: identity.id, reading, request: claimRequest(context, req, identity.id, address, reading) };
  }

  #giveUp(context: CampaignContext, req: Request, res: Response, claimant: string, place: Place): void {
    context.link.reportClaimant('given', { claimant, place });
    context.ended.set(placeName(context.link.view?.epoch ?? 1, place), 'left');
    context.meters.leftByChoice.inc();
    req.facts.outcome = 'proxied';
    sendNothing(res, this.#fields(req));
  }

  #sendDocument(
    context: CampaignContext,
    req: Request,
    res: Response,
    status: number,
    place: Place,
    reading: TicketReading,
    claimantId: string | null,
  ): void {
    const state = context.state();
    const ticket = reading.kind === 'ticket' ? reading.text : '';
    const ending = context.ended.get(placeName(context.link.view?.epoch ?? 1, place));
    const over = state === 'ended' || state === 'sold-out' ? state : ending;
    const document =
      over === undefined
        ? documentOf(context, place, reading, claimantId, this.options.random)
        : endedDocument(context, place, ticket, over);
    req.facts.outcome = 'proxied';
    sendPrivate(res, status, document, this.#fields(req));
  }

  #answer(
    context: CampaignContext,
    req: Request,
    res: Response,
    decision: Decision,
    claimantId: string,
    reading: TicketReading,
  ): void {
    const asker = { claimantId, reading, fields: this.#fields(req) };
    answerRefusal(context, req.facts, res, decision as Refusal, asker, this.options.random);
  }

  #refuse(req: Request, res: Response, problem: Problem): void {
    sendProblem(res, req.facts.id, { ...problem, headers: [...(problem.headers ?? []), ...this.#fields(req)] });
  }

  #fields(req: Request): readonly string[] {
    return this.options.cors.fields(req.headers.origin);
  }
}
