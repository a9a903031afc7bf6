/** What the endpoints of the line share: whose line, who asks, where they stand, and how they are refused. */
import type { Request, Response } from 'express';
import type { Decision } from '../admission/decision.js';
import type { ClientAddresses } from '../claimant/client-address.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Place } from '../waiting-room/place.js';
import type { TicketDocument } from '../waiting-room/ticket-document.js';
import type { CampaignContext } from './campaign-context.js';
import { answerRefusal, type Refusal } from './claim-answers.js';
import type { Cors } from './cors.js';
import { isCrossSite } from './cross-site.js';
import type { Floodgate } from './floodgate.js';
import { addressOf, claimRequest, type TicketReading, ticketOf } from './identity.js';
import { recordLeaving } from './line-record.js';
import { type Problem, sendProblem } from './problem.js';
import type { RequestFacts } from './request-facts.js';
import { currentDocument } from './ticket-answers.js';
import type { TicketStreams } from './ticket-streams.js';
import { unknownClaimant } from './unknown-claimant.js';
import type { CampaignPage } from './waiting-page/campaign-page.js';

export interface QueueRoutesOptions {
  readonly basePath: string;
  readonly campaigns: ReadonlyMap<string, CampaignContext>;
  readonly pages: ReadonlyMap<string, CampaignPage>;
  readonly streams: ReadonlyMap<string, TicketStreams>;
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly clock: Clock;
  readonly random: Random;
  readonly floodgate: Floodgate;
}

export type QueueAsker = NonNullable<ReturnType<QueueDesk['asker']>>;

export class QueueDesk {
  constructor(readonly options: QueueRoutesOptions) {}

  /** Null when the answer has been given. */
  context(req: Request, res: Response, campaign: string, route: RequestFacts['route']): CampaignContext | null {
    const context = this.options.campaigns.get(campaign);
    req.facts.route = route;
    if (context === undefined) {
      this.refuse(req, res, { code: 'NO_ROUTE', detail: 'There is no such campaign.' });
      return null;
    }
    req.facts.campaign = context.config.id;
    return context;
  }

  page(context: CampaignContext): CampaignPage {
    return this.options.pages.get(context.config.id)!;
  }

  streams(context: CampaignContext): TicketStreams {
    return this.options.streams.get(context.config.id)!;
  }

  /** Runs `serve` when who asks can be told; at once, where nothing has to be waited for. */
  whenPrepared(context: CampaignContext, req: Request, serve: () => void): void {
    const preparation = context.source.prepare(req);
    if (preparation === null) serve();
    else void preparation.then(serve);
  }

  /** Who asks. To be asked when prepared. */
  identity(context: CampaignContext, req: Request) {
    const address = addressOf(this.options.addresses, req);
    const identity = context.source.identify(req, address);
    if (identity.kind === 'unknown') return identity;
    const reading = ticketOf(context, req, identity.id);
    const request = claimRequest(context, req, identity.id, address, reading);
    return { kind: 'known', claimantId: identity.id, reading, request } as const;
  }

  /** Who asks; null when the answer has been given. To be asked when prepared. */
  asker(context: CampaignContext, req: Request, res: Response) {
    const asker = this.identity(context, req);
    if (asker.kind === 'unknown') {
      this.refuse(req, res, unknownClaimant(context, asker.reason, this.options.random));
      return null;
    }
    if (asker.reading.kind === 'refused') {
      this.refuse(req, res, asker.reading.problem);
      return null;
    }
    return asker;
  }

  /** Whether the request was refused as another site's doing. */
  refusesCrossSite(context: CampaignContext, req: Request, res: Response): boolean {
    if (!isCrossSite(req.method, req.headers, context.config.claimant, this.options.cors)) return false;
    this.refuse(req, res, { code: 'CROSS_SITE' });
    return true;
  }

  /** @param nowMs - the time, where it is known already */
  document(
    context: CampaignContext,
    place: Place,
    reading: TicketReading,
    claimantId: string | null,
    nowMs?: number,
  ): TicketDocument {
    return currentDocument(context, place, reading, claimantId, this.options.random, nowMs);
  }

  /** The place is free for the next in line. */
  giveUp(context: CampaignContext, claimant: string, place: Place): void {
    context.link.reportClaimant('given', { claimant, place });
    context.endings.ended(context.epoch(), place, 'left');
    recordLeaving(context, place);
  }

  otherMethod(req: Request, res: Response, allowed: readonly string[]): void {
    const preflight = this.options.cors.preflight(req.method, req.headers, allowed);
    if (preflight !== null) res.writeHead(204, preflight).end();
    else this.refuse(req, res, { code: 'METHOD_NOT_ALLOWED', headers: ['Allow', allowed.join(', ')] });
  }

  answer(
    context: CampaignContext,
    req: Request,
    res: Response,
    decision: Decision,
    claimantId: string,
    reading: TicketReading,
  ): void {
    const asker = { claimantId, reading, fields: this.fields(req) };
    answerRefusal(context, req.facts, res, decision as Refusal, asker, this.options.random);
  }

  refuse(req: Request, res: Response, problem: Problem): void {
    sendProblem(res, req.facts.id, { ...problem, headers: [...(problem.headers ?? []), ...this.fields(req)] });
  }

  fields(req: Request): readonly string[] {
    return this.options.cors.fields(req.headers.origin);
  }
}
