/**
 * Hands a claim over whose end the ledger or the budget has to know: the answer is taken in, settled, and only then
 * given to the client. Once it has left, the claim runs to its end, whether its client stays or not.
 *
 *   handed over ──answer──▶ judged ──▶ settled and slot free ──store has it, or is away──▶ answered
 *        └────────fault─────▶ not sent: free;  else: unknown ──▶ settled ──▶ answered UPSTREAM_*
 */
import type { Ending, Pass } from '../admission/decision.js';
import type { SoldOutSign } from '../admission/exchange.js';
import { type AttemptEnd, FREE, type FullAnswer } from '../claims/campaign-claims.js';
import type { Outcome } from '../claims/outcomes.js';
import { type HealthSign, signOfAnswer } from '../overload/health.js';
import type { Handover } from '../proxy/answer-sink.js';
import { Collect, type Collected } from '../proxy/collect.js';
import { Relay } from '../proxy/relay.js';
import type { CampaignContext } from './campaign-context.js';
import {
  answerFault,
  endOfAnswer,
  type HandOver,
  type HandOverMeters,
  signOfFault,
  upstreamRequest,
} from './hand-over.js';

/** Answers up to this are taken in whole, in bytes. */
const COLLECTED_BYTES = 65_536;
/** An answer that has been taken in needs nothing more from the service. */
const DONE: Handover = { abort: () => {}, resume: () => {} };

export function handOverClaim(
  handOver: HandOver,
  meters: HandOverMeters,
  pass: Pass,
  ended: (ending: Ending, sign: HealthSign) => void,
): void {
  new Claim(handOver, meters, pass, ended).start();
}

class Claim {
  readonly #sentUs: number;

  constructor(
    private readonly what: HandOver,
    private readonly meters: HandOverMeters,
    private readonly pass: Pass,
    private readonly ended: (ending: Ending, sign: HealthSign) => void,
  ) {
    this.#sentUs = meters.clock.monotonicUs();
  }

  start(): void {
    const { what, pass } = this;
    what.req.facts.outcome = 'proxied';
    const { attempt } = pass;
    const { claims } = what.context;
    const key = attempt === null ? null : claims.keyForService(attempt.key, attempt.memo);
    const request = upstreamRequest(what, key);
    if (attempt?.repeats) request.headers.push('Spillway-Retry', 'unknown');
    what.context.upstream.dispatch(request, new Collect(COLLECTED_BYTES, this.#collected), what.mayLeave);
  }

  readonly #collected = (collected: Collected): void => {
    const seconds = (this.meters.clock.monotonicUs() - this.#sentUs) / 1e6;
    if (collected.kind === 'answered') this.#answered(collected, seconds);
    // Not from within the dispatch, which may fail at once, nor from within the chunk that was too much.
    else if (collected.kind === 'too-large') queueMicrotask(() => this.#tooLarge(collected, seconds));
    else queueMicrotask(() => this.#failed(collected, seconds));
  };

  #answered(answer: Extract<Collected, { kind: 'answered' }>, seconds: number): void {
    const { meters, what } = this;
    meters.upstream.answered(answer.status, seconds);
    what.req.facts.trace?.answeredBy(answer.status, null);
    const { end, ending } = this.#judge(answer);
    this.pass.settle(end, () => {
      const relay = new Relay(what.res, { keepRunning: true, extraHeaders: what.fields }, () => {});
      relay.begin(DONE);
      relay.head(answer.status, answer.reason, withLength(answer));
      if (answer.body.length > 0) relay.data(answer.body);
      relay.end();
      this.#finish(seconds);
    });
    this.ended(ending, signOfAnswer(answer.status, answer.headers, meters.clock));
  }

  /** Settled by its head; the rest goes to the client as it comes, and the slot is free when all of it has. */
  #tooLarge(answer: Extract<Collected, { kind: 'too-large' }>, seconds: number): void {
    const { what, meters } = this;
    const { end, ending } = this.#judge({ status: answer.status, headers: answer.headers, body: null });
    this.pass.settle(end, () => {
      const relay = new Relay(what.res, { keepRunning: true, extraHeaders: what.fields }, (result) => {
        this.ended(ending, signOfAnswer(answer.status, answer.headers, meters.clock));
        if (result.kind === 'answered') {
          meters.upstream.answered(result.status, seconds);
          what.req.facts.trace?.answeredBy(result.status, null);
        } else answerFault(what, meters, result, seconds);
        this.#finish(seconds);
      });
      answer.rest.into(relay);
    });
  }

  #failed({ fault }: Extract<Collected, { kind: 'fault' }>, seconds: number): void {
    const { attempt } = this.pass;
    const sent = fault.outcome === 'unknown';
    const { claims, meters } = this.what.context;
    meters.claimed(sent ? 'unknown' : 'error');
    const end = attempt === null ? FREE : claims.failed(attempt.id, attempt.memo, sent);
    this.pass.settle(end, () => {
      const clientGone = this.what.res.destroyed;
      answerFault(this.what, this.meters, { fault, clientGone, begun: false }, seconds);
    });
    this.ended('open', signOfFault(fault));
  }

  #judge(answer: FullAnswer): { readonly end: AttemptEnd; readonly ending: Ending } {
    const { context, claimant } = this.what;
    const { attempt } = this.pass;
    const outcome = context.claims.outcomes.of(answer);
    noteOutcome(context, outcome, attempt !== null, claimant);
    const end = attempt === null ? FREE : context.claims.answered(attempt.key, attempt.memo, outcome, answer);
    return { end, ending: endOfAnswer(outcome, answer.status) };
  }

  #finish(seconds: number): void {
    const { facts } = this.what.req;
    const { clock, overhead } = this.meters;
    if (this.what.res.destroyed && !this.what.res.writableEnded) facts.outcome = 'client_abort';
    const totalUs = clock.monotonicUs() - facts.startedUs;
    overhead.observe(Math.max(0, totalUs - facts.waitedUs) / 1e6 - seconds);
  }
}

/** Counts what a claim came to, and tells the others what the service said of its budget. */
export function noteOutcome(context: CampaignContext, outcome: Outcome, settles: boolean, claimant: string): void {
  context.meters.claimed(CLAIMED[outcome.kind]);
  const { link } = context;
  if (outcome.kind === 'sold-out') {
    const sign: SoldOutSign['sign'] = outcome.certain ? 'certain' : 'bare';
    if ((link.view?.claims.soldOut ?? 0) % 2 === 0) link.reportSign({ claimant, sign });
  } else if (!settles && outcome.kind === 'granted' && (link.view?.claims.signs ?? 0) > 0) {
    link.reportSign({ claimant, sign: 'none' });
  }
}

const CLAIMED = {
  granted: 'granted',
  rejected: 'rejected',
  'sold-out': 'sold_out',
  retry: 'error',
  other: 'rejected',
} as const;

/** The length is known now, whether the service said it or not. */
function withLength({ status, headers, body }: Extract<Collected, { kind: 'answered' }>): string[] {
  if (status === 204 || status === 304) return headers;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]!.toLowerCase() === 'content-length') return headers;
  }
  headers.push('Content-Length', String(body.length));
  return headers;
}
