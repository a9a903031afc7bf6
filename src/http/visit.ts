/** One request on a campaign's route: whose route it is, and the ways in which the request is answered. */
import type { Request, Response } from 'express';
import type { Decision } from '../admission/decision.js';
import type { RouteHit } from '../campaign/route-target.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { ClientAddresses } from '../claimant/client-address.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';
import { type RequestBody, readSmallBody } from '../proxy/body.js';
import type { CampaignContext } from './campaign-context.js';
import { type Asker, answerRefusal, type Refusal } from './claim-answers.js';
import type { Cors } from './cors.js';
import type { Floodgate } from './floodgate.js';
import type { Problem } from './problem.js';
import { RefusalPage, sendRefusal } from './refusal-page.js';
import { sendReplay } from './replayed-answer.js';
import { stateProblem } from './state-problems.js';
import type { CampaignPage } from './waiting-page/campaign-page.js';

/** Bodies up to this are read whole before anything is decided, in bytes. */
export const SMALL_BODY_BYTES = 65_536;

export interface RoutedContext extends CampaignContext {
  readonly routes: CampaignContext['config']['routes'];
  readonly pass: CampaignContext['config']['pass'];
}

export interface VisitOptions {
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly pages: ReadonlyMap<string, CampaignPage>;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  readonly floodgate: Floodgate;
}

export class Visit {
  readonly context: CampaignContext;
  /** Fields of any answer, such as those of CORS. */
  readonly fields: readonly string[];
  /** On a route that claims; false: beside the line. */
  readonly guarded: boolean;

  constructor(
    readonly options: VisitOptions,
    readonly req: Request,
    readonly res: Response,
    readonly hit: RouteHit<RoutedContext>,
  ) {
    this.context = hit.campaign;
    this.fields = options.cors.fields(req.headers.origin);
    this.guarded = hit.kind === 'guarded';
    const { id } = hit.campaign.config;
    req.facts.campaign = id;
    req.facts.route = this.guarded ? 'claim' : 'pass';
    if (this.guarded) req.facts.page = RefusalPage.of(options.pages.get(id), req);
  }

  readBody(read: (body: RequestBody) => void): void {
    const { maxBodyBytes } = this.options;
    readSmallBody(this.req, Math.min(SMALL_BODY_BYTES, maxBodyBytes), maxBodyBytes, read);
  }

  /** Keeps it in the trace of who comes, where there is one. */
  record(claimantId: string): void {
    const { context, req } = this;
    context.recorder?.record(claimantId, req.method, req.facts.path, req.headers);
  }

  /** Says so where claims of this state go nowhere. @returns whether that is so */
  isClosed(state: CampaignState): boolean {
    const closed = stateProblem(this.context, state, this.options.random);
    if (closed !== null) this.refuse(closed);
    return closed !== null;
  }

  refuse(problem: Problem): void {
    sendRefusal(this.res, this.req.facts, problem, this.fields);
  }

  /** Answers what was decided against letting it in. */
  answer(decision: Exclude<Decision, { kind: 'admit' | 'pass' }>, ledger: LedgerRequest | null, asker: Asker): void {
    if (decision.kind === 'replay') this.#replay(decision, ledger);
    else if (decision.kind === 'over') this.isClosed(this.context.state() === 'ended' ? 'ended' : 'sold-out');
    else this.answerRefusal(decision, asker);
  }

  answerRefusal(refusal: Refusal, asker: Asker): void {
    answerRefusal(this.context, this.req.facts, this.res, refusal, asker, this.options.random);
  }

  /** Its client has left. */
  gone(): void {
    this.req.facts.outcome = 'client_abort';
  }

  #replay({ answer }: Extract<Decision, { kind: 'replay' }>, ledger: LedgerRequest | null): void {
    const { context, req, res } = this;
    if (ledger !== null && answer !== null) context.claims.remember(ledger.key, answer);
    req.facts.outcome = 'replayed';
    context.meters.replayed.inc();
    context.meters.claimed('duplicate');
    sendReplay(res, context.config.id, answer, this.fields);
  }
}

/** Nobody will read it: the client's connection goes on without it. */
export function dispose(body: RequestBody): void {
  if (body.kind === 'large') body.body.destroy();
}
