/**
 * The way of a claim: campaign and its state, claimant, ticket, what is known without asking, body, decision, service.
 * Cheapest refusal first. The body is read before anything scarce is taken, so that a slow sender owns nothing.
 */
import type { ClaimRequest } from '../admission/admission.js';
import type { RouteMatcher } from '../campaign/routes.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { RequestBody } from '../proxy/body.js';
import type { CampaignContext } from './campaign-context.js';
import type { Asker, Refusal } from './claim-answers.js';
import { answersAtOnce, isLedgered, ledgerRequest, recall } from './claim-record.js';
import { isCrossSite } from './cross-site.js';
import { type Asked, decide } from './deciding.js';
import type { First } from './express-app.js';
import { addressOf, claimRequest, NO_TICKET, type TicketReading, ticketOf } from './identity.js';
import { letClaimIn, letPass } from './let-in.js';
import { isOfLowerClass } from './priority.js';
import { sendProblem } from './problem.js';
import { isInSession, sessionAnswer } from './session-answers.js';
import { isShed, isTurnedAway } from './shedding.js';
import { unknownClaimant } from './unknown-claimant.js';
import { dispose, type RoutedContext, Visit, type VisitOptions } from './visit.js';
import { watch } from './watched.js';

export interface ClaimRouteOptions extends VisitOptions {
  readonly matcher: RouteMatcher<RoutedContext>;
}

/** Serves a request on a campaign's route; what is on none is passed on. */
export function claimRoute(options: ClaimRouteOptions): First {
  return (req, res, next) => {
    const { matcher, cors } = options;
    const match = matcher.match(req.method, req.facts.path);
    switch (match.kind) {
      case 'guarded':
      case 'pass':
        (match.campaign.config.shadow ? watch : begin)(new Visit(options, req, res, match));
        break;
      case 'none':
        next();
        break;
      case 'method-not-allowed': {
        const preflight = cors.preflight(req.method, req.headers, match.allow.split(', '));
        if (preflight !== null) res.writeHead(204, preflight).end();
        else {
          const headers = ['Allow', match.allow];
          sendProblem(res, req.facts.id, { code: 'METHOD_NOT_ALLOWED', headers }, cors.fields(req.headers.origin));
        }
      }
    }
  };
}

/** From here on callbacks and no promises: each promise of a claim is a closure and a turn of the queue more. */
function begin(visit: Visit): void {
  const { context, req, options, guarded } = visit;
  if (guarded && isCrossSite(req.method, req.headers, context.config.claimant, options.cors)) {
    visit.refuse({ code: 'CROSS_SITE' });
    return;
  }
  const state = context.state();
  // Whoever was granted gets the answer again, also when nothing is left and when all is over.
  const recalls = guarded && context.claims.keepsAnswers && (state === 'sold-out' || state === 'ended');
  if (guarded && !recalls && visit.isClosed(state)) return;
  if (isTurnedAway(visit)) return;
  const preparation = context.source.prepare(req);
  if (preparation === null) identify(visit, state, recalls);
  else void preparation.then(() => identify(visit, state, recalls));
}

function identify(visit: Visit, state: CampaignState, recalls: boolean): void {
  const { context, req, options, guarded } = visit;
  const address = addressOf(options.addresses, req);
  const identity = context.source.identify(req, address);
  const claimantId = identity.kind === 'known' ? identity.id : null;
  if (recalls && claimantId === null) return void visit.isClosed(state);
  if (guarded && identity.kind === 'unknown') {
    visit.refuse(unknownClaimant(context, identity.reason, options.random));
    return;
  }
  if (guarded) visit.record(claimantId as string);
  if (recalls) {
    recall(visit, state, claimantId as string, address);
    return;
  }
  const low = guarded && isOfLowerClass(visit, identity, address);
  if (isShed(visit, claimantId, address, low)) return;
  const reading = guarded ? ticketOf(context, req, claimantId) : NO_TICKET;
  if (reading.kind === 'refused') {
    context.meters.refused(reading.problem.code === 'TICKET_OUTDATED' ? 'ticket_outdated' : 'ticket_invalid');
    visit.refuse(reading.problem);
    return;
  }
  const beside = !guarded || isInSession(visit, reading);
  const kind = !beside ? (state === 'prequeue' ? 'join' : 'claim') : 'pass';
  ask(visit, kind, { claimantId, reading, fields: visit.fields }, address, low);
}

function ask(visit: Visit, kind: Asked, asker: Asker, address: ClientAddress, low: boolean): void {
  const { context, req, options } = visit;
  const { claimantId, reading } = asker;
  const ledgered = kind === 'claim' && isLedgered(visit);
  const named = ledgered ? ledgerRequest(visit, claimantId as string, null) : null;
  if (ledgered && named === null) return;
  const byPayload = named !== null && context.claims.comparesPayloads;
  if (named !== null && !byPayload && answersAtOnce(visit, named, asker)) return;
  const request = claimRequest(context, req, claimantId, address, reading, named, low);
  const known = isOver(context, reading) ? null : context.admission.known(request);
  if (known !== null) {
    visit.answerRefusal(known as Refusal, asker);
    return;
  }
  const beganUs = options.clock.monotonicUs();
  visit.readBody((body) => {
    if (body.kind === 'aborted') return visit.gone();
    if (body.kind === 'too-large') return visit.refuse({ code: 'BODY_TOO_LARGE' });
    const whole = byPayload ? withPayload(visit, request, body, asker) : request;
    if (whole === null) return dispose(body);
    decide(visit, kind, whole, (decision) => {
      req.facts.waitedUs = options.clock.monotonicUs() - beganUs;
      const errand = { body, asker, address, claimant: kind === 'pass' ? '' : request.claimant };
      const onHead = reading.kind === 'session' && kind === 'pass' ? sessionAnswer(visit, request) : null;
      if (decision.kind === 'admit') letClaimIn(visit, decision, errand);
      else if (decision.kind === 'pass') letPass(visit, decision.remaining, errand, onHead);
      else {
        dispose(body);
        visit.answer(decision, whole.ledger ?? null, asker);
      }
    });
  });
}

/** The claim as its body names it; null when it has been answered. */
function withPayload(visit: Visit, request: ClaimRequest, body: RequestBody, asker: Asker): ClaimRequest | null {
  const ledger: LedgerRequest | null = ledgerRequest(visit, asker.claimantId as string, body);
  return ledger === null || answersAtOnce(visit, ledger, asker) ? null : { ...request, ledger };
}

/** Whether the ticket's place was seen to end here: its number is no longer one of those that wait. */
function isOver(context: CampaignContext, reading: TicketReading): boolean {
  if (reading.kind !== 'ticket') return false;
  return context.endings.of(reading.ticket.epoch, reading.ticket.place) !== undefined;
}
