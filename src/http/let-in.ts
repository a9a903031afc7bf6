/** Hands over what was let in: a claim with its pass, or a request beside the line. */
import type { Decision, Ending, Pass } from '../admission/decision.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { HealthSign } from '../overload/health.js';
import type { RequestBody } from '../proxy/body.js';
import { AT_ONCE, type MayLeave } from '../proxy/exchange.js';
import { type Asker, rateLimitFields } from './claim-answers.js';
import { handOverClaim, noteOutcome } from './claim-hand-over.js';
import { type HandOver, type HandOverMeters, handOver } from './hand-over.js';
import { recordEntry } from './line-record.js';
import { NewSession } from './session-answers.js';
import { answerShared, isShared } from './shared-answer.js';
import type { Visit } from './visit.js';

/** What goes to the service, and in whose name. */
export interface Errand {
  readonly body: Extract<RequestBody, { kind: 'small' | 'large' }>;
  readonly asker: Asker;
  readonly address: ClientAddress;
  /** Keyed hash of the claimant; empty where nobody is known. */
  readonly claimant: string;
}

const UNBOUND: Pass = {
  place: null,
  attempt: null,
  mayLeave: AT_ONCE,
  settle: (_, told) => told(),
  finish: () => {},
};

export function letClaimIn(visit: Visit, decision: Extract<Decision, { kind: 'admit' }>, errand: Errand): void {
  const { context } = visit;
  const { pass, remaining } = decision;
  if (decision.joined) context.meters.joinedDirect.inc();
  countAdmission(visit, pass, remaining);
  const session = context.sessions.lastsMs === null ? null : new NewSession(visit, errand.asker.claimantId as string);
  const mayLeave: MayLeave = (leaver) => pass.mayLeave(leaver);
  const what = handOverOf(visit, errand, remaining, session?.onHead ?? null, mayLeave);
  const ended = (ending: Ending, { health, restMs }: HealthSign): void => {
    const { adaptive } = context.config;
    if (adaptive.enabled) context.link.reportHealth(health, Math.min(restMs, adaptive.maxRestMs));
    pass.finish(ending, health, session?.begun);
    if (pass.place === null || ending !== 'final') return;
    context.meters.leftByEntering.inc();
    context.endings.ended(context.epoch(), pass.place, 'claimed');
  };
  const { outcomes } = context.claims;
  if (pass.attempt !== null || outcomes.needsBody) {
    handOverClaim(what, metersOf(visit), pass, ended);
    return;
  }
  // Nothing of the answer is kept: its head says what it means.
  const judge = (status: number, headers: readonly string[]) => {
    const outcome = outcomes.of({ status, headers, body: null });
    noteOutcome(context, outcome, false, errand.claimant);
    return outcome;
  };
  handOver(what, metersOf(visit), judge, ended);
}

export function letPass(
  visit: Visit,
  remaining: ReadonlyArray<number | null>,
  errand: Errand,
  onHead: HandOver['onHead'],
): void {
  visit.context.meters.charged(remaining);
  const what = handOverOf(visit, errand, remaining, onHead);
  const direct = (): void => handOver(what, metersOf(visit), null, () => {});
  if (onHead === null && isShared(what)) answerShared(what, metersOf(visit), direct);
  else direct();
}

/** What would have been refused, in a campaign in shadow: nothing was taken for it, and nothing is given back. */
export function letUnbound(visit: Visit, errand: Errand): void {
  if (!visit.guarded) {
    letPass(visit, [], errand, null);
    return;
  }
  visit.context.meters.admitDirect.inc();
  handOverClaim(handOverOf(visit, errand, [], null), metersOf(visit), UNBOUND, () => {});
}

function countAdmission({ context, req }: Visit, pass: Pass, remaining: ReadonlyArray<number | null>): void {
  const { meters } = context;
  if (pass.place === null) {
    meters.admitDirect.inc();
    meters.admittedDirectly.inc();
    meters.charged(remaining);
  } else {
    meters.admitCalled.inc();
    meters.admittedCalled.inc();
    meters.held.observe(req.facts.waitedUs / 1e6);
    recordEntry(context, pass.place);
  }
}

function handOverOf(
  visit: Visit,
  errand: Errand,
  remaining: ReadonlyArray<number | null>,
  onHead: HandOver['onHead'],
  mayLeave = AT_ONCE,
): HandOver {
  const { context, req, res } = visit;
  const { body, address, claimant } = errand;
  const { claimantId } = errand.asker;
  const fields = rateLimitFields(context, remaining);
  for (const part of visit.fields) fields.push(part);
  return { context, req, res, body, address, claimantId, claimant, fields, onHead, mayLeave };
}

function metersOf({ options, context, req }: Visit): HandOverMeters {
  const { metrics, clock } = options;
  return {
    clock,
    upstream: metrics.upstream(context.config.upstream),
    overhead: metrics.gateway.overhead(req.facts.route),
  };
}
