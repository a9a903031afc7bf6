/** What is said to a claim that is not let in. Each member of `Decision` has one answer. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Response } from 'express';
import type { Decision } from '../admission/decision.js';
import type { Random } from '../kernel/random.js';
import type { CampaignContext } from './campaign-context.js';
import type { TicketReading } from './identity.js';
import { recordJoin } from './line-record.js';
import { type PreparedProblem, type Problem, prepareProblem } from './problem.js';
import type { AdvertisedLimit } from './rate-limit-fields.js';
import { sendRefusal } from './refusal-page.js';
import type { RequestFacts } from './request-facts.js';
import { retryAfterSeconds } from './retry-after.js';
import { documentOf } from './ticket-answers.js';
import { ticketCookieFields } from './ticket-cookie-fields.js';

/** How long a client waits before it repeats what a fault, or a moment's load, refused. */
const SHORT_WAIT_MS = 1000;
const LONGER_WAIT_MS = 5000;
const QUEUED_WHILE_AWAY =
  'You are in line, and keep your place. The store is away: those already called are let in at a share of the rate; come back after pollAfterMs.';
/** How long an outcome that only an operator can settle may take, at least. */
const UNSETTLED_WAIT_MS = 60_000;

export interface Asker {
  readonly claimantId: string | null;
  readonly reading: TicketReading;
  /** Fields for any answer, such as those of CORS. */
  readonly fields: readonly string[];
}

export type Refusal = Exclude<Decision, { kind: 'admit' | 'pass' | 'replay' | 'over' }>;

export function answerRefusal(
  context: CampaignContext,
  facts: RequestFacts,
  res: Response,
  refusal: Refusal,
  asker: Asker,
  random: Random,
): void {
  const problem =
    refusal.kind === 'wait'
      ? queued(context, facts, refusal, asker, res.req.headers, random)
      : refused(context, facts, refusal, asker, random);
  sendRefusal(res, facts, problem);
}

function queued(
  context: CampaignContext,
  facts: RequestFacts,
  { place, joined, remaining }: Extract<Decision, { kind: 'wait' }>,
  asker: Asker,
  headers: IncomingHttpHeaders,
  random: Random,
): Problem {
  facts.outcome = 'queued';
  const document = documentOf(context, place, asker.reading, asker.claimantId, random);
  const { meters } = context;
  if (context.state() === 'prequeue') {
    meters.waitPrequeue.inc();
  } else (document.position === 0 ? meters.waitAtDoor : meters.waitInLine).inc();
  if (joined) recordJoin(context, place, remaining, document.etaSeconds);
  context.pollTimes.refused(place, facts.startedUs / 1000, document.pollAfterMs);
  const cookie = ticketCookieFields(context.cookie, headers, document);
  const fields = [...asker.fields, 'Spillway-Ticket', document.ticket, ...cookie];
  const away = context.link.view?.local === true;
  return {
    code: 'QUEUED',
    ...(away ? { detail: QUEUED_WHILE_AWAY } : {}),
    retryAfterSeconds: retryAfterSeconds(document.pollAfterMs, random),
    ticket: document,
    headers: fields,
  };
}

function refused(
  context: CampaignContext,
  facts: RequestFacts,
  refusal: Exclude<Refusal, { kind: 'wait' }>,
  asker: Asker,
  random: Random,
): Problem {
  const { meters } = context;
  const after = (waitMs: number): number => retryAfterSeconds(waitMs, random);
  const headers = asker.fields;
  facts.outcome = 'refused';
  switch (refusal.kind) {
    case 'limited':
      facts.outcome = 'limited';
      meters.refused('limited');
      meters.limited(refusal.limit, refusal.cached);
      return limited(context, refusal, asker, after(refusal.waitMs));
    case 'in-progress':
      meters.refused('in_progress');
      return { code: 'CLAIM_IN_PROGRESS', retryAfterSeconds: after(SHORT_WAIT_MS), headers };
    case 'unsettled':
      meters.refused('in_progress');
      return {
        code: 'CLAIM_IN_PROGRESS',
        detail: 'What became of this claim is not known yet; it is being looked into. Repeat it after Retry-After.',
        retryAfterSeconds: after(UNSETTLED_WAIT_MS),
        members: { outcome: 'unknown' },
        headers,
      };
    case 'another':
      meters.refused('claim_of_another');
      return { code: 'CLAIM_OF_ANOTHER', headers };
    case 'reused':
      meters.refused('key_reused');
      return { code: 'IDEMPOTENCY_KEY_REUSED', headers };
    case 'full':
      meters.refused('queue_full');
      return { code: 'QUEUE_FULL', retryAfterSeconds: after(LONGER_WAIT_MS), headers };
    case 'shut':
    case 'overloaded':
      meters.refused('overloaded');
      return { code: 'OVERLOADED', retryAfterSeconds: after(SHORT_WAIT_MS), headers };
    case 'none':
      return { code: 'TICKET_UNKNOWN', headers };
    case 'untrusted':
    case 'store-unavailable':
      facts.outcome = 'gateway_error';
      meters.refused('store_unavailable');
      return {
        code: 'STORE_UNAVAILABLE',
        detail: storeDetail(context, refusal.kind),
        retryAfterSeconds: after(SHORT_WAIT_MS),
        headers,
      };
  }
}

/** What holds for as long as the store does not answer. */
function storeDetail({ link }: CampaignContext, kind: 'untrusted' | 'store-unavailable'): string {
  if (kind === 'untrusted')
    return 'The store has lost data, and claims go on only when an operator has confirmed; wait Retry-After.';
  if (link.view?.local === true)
    return 'The store is away: those already called are let in at a share of the rate, and no new place is given out until it is back; wait Retry-After.';
  return 'The store is away, and this campaign lets nobody in without it; your place, if you have one, stays. Wait Retry-After.';
}

function limited(
  context: CampaignContext,
  refusal: Extract<Decision, { kind: 'limited' }>,
  asker: Asker,
  retryAfter: number,
): Problem {
  return {
    code: 'RATE_LIMITED',
    prepared: context.limitProblems[refusal.limit],
    retryAfterSeconds: retryAfter,
    headers: [...asker.fields, ...rateLimitFields(context, refusal.remaining, refusal.limit, refusal.waitMs)],
  };
}

/** What is said of one limit whenever it refuses. */
export function limitProblem({
  name,
  refillPerSecond,
}: Pick<AdvertisedLimit, 'name' | 'refillPerSecond'>): PreparedProblem {
  const detail = `The limit ${name} allows ${refillPerSecond} a second; wait Retry-After.`;
  return prepareProblem('RATE_LIMITED', detail, { 'violated-policies': [name] });
}

/** `RateLimit` and `RateLimit-Policy` for an answer on a limited route. */
export function rateLimitFields(
  context: CampaignContext,
  remaining: ReadonlyArray<number | null>,
  violated = -1,
  waitMs = 0,
): string[] {
  const { limitFields, config } = context;
  if (limitFields === null) return [];
  if (remaining.length < config.limits.length) return ['RateLimit-Policy', limitFields.policy];
  const value = limitFields.serviceLimits(remaining, violated, waitMs);
  if (value === '') return ['RateLimit-Policy', limitFields.policy];
  return ['RateLimit', value, 'RateLimit-Policy', limitFields.policy];
}
