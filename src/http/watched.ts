/**
 * A request of a campaign in shadow. What would have been decided about it is counted, and it goes to the service
 * whatever that was. Only what protects the gateway itself stays: bounds of bodies and of what is held at once.
 */
import type { Decision } from '../admission/decision.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { Reason } from '../metrics/vocabulary.js';
import { decide } from './deciding.js';
import { addressOf, claimRequest, NO_TICKET } from './identity.js';
import { type Errand, letClaimIn, letPass, letUnbound } from './let-in.js';
import { isTurnedAway } from './shedding.js';
import type { Visit } from './visit.js';

export function watch(visit: Visit): void {
  if (isTurnedAway(visit)) return;
  const preparation = visit.context.source.prepare(visit.req);
  if (preparation === null) identify(visit);
  else void preparation.then(() => identify(visit));
}

function identify(visit: Visit): void {
  const { context, req, options } = visit;
  const address = addressOf(options.addresses, req);
  const identity = context.source.identify(req, address);
  const claimantId = identity.kind === 'known' ? identity.id : null;
  if (visit.guarded && claimantId !== null) visit.record(claimantId);
  const beganUs = options.clock.monotonicUs();
  visit.readBody((body) => {
    if (body.kind === 'aborted') return visit.gone();
    if (body.kind === 'too-large') return visit.refuse({ code: 'BODY_TOO_LARGE' });
    judge(visit, claimantId, address, (decision, claimant) => {
      req.facts.waitedUs = options.clock.monotonicUs() - beganUs;
      const asker = { claimantId, reading: NO_TICKET, fields: visit.fields };
      letThrough(visit, decision, { body, asker, address, claimant });
    });
  });
}

/** What would be decided; null: it would be refused before anybody is asked. */
function judge(
  visit: Visit,
  claimantId: string | null,
  address: ClientAddress,
  judged: (decision: Decision | null, claimant: string) => void,
): void {
  const { context, req, guarded } = visit;
  const state = context.state();
  const isOpen = state === 'open' || state === 'paused';
  const request = claimRequest(context, req, claimantId, address, NO_TICKET);
  const { claimant } = request;
  const isRefused = guarded && (claimantId === null || !isOpen);
  const known = isRefused ? null : context.admission.known(request);
  if (isRefused || known !== null) judged(known, claimant);
  else decide(visit, guarded ? 'claim' : 'pass', request, (decision) => judged(decision, claimant));
}

function letThrough(visit: Visit, decision: Decision | null, errand: Errand): void {
  if (decision?.kind === 'admit') letClaimIn(visit, decision, errand);
  else if (decision?.kind === 'pass') letPass(visit, decision.remaining, errand, null);
  else {
    const { meters } = visit.context;
    if (decision?.kind === 'limited') meters.shadowLimited(decision.limit);
    meters.shadow(reasonOf(visit, decision));
    letUnbound(visit, errand);
  }
}

/** A busy door with a line before it makes people wait; without one it refuses. */
function reasonOf({ context }: Visit, decision: Decision | null): Reason<'shadow'> {
  if (decision?.kind === 'limited') return 'limited';
  const waits = decision === null ? context.state() === 'prequeue' : decision.kind === 'shut';
  return waits && context.config.queue.enabled ? 'wait' : 'refuse';
}
