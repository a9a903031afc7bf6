/** What an overloaded gateway says: before a body is read, and before anybody is asked. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ClientAddress } from '../claimant/client-address.js';
import type { ShedClass } from '../overload/shedder.js';
import type { Problem } from './problem.js';
import { retryAfterSeconds } from './retry-after.js';
import { SMALL_BODY_BYTES, type Visit } from './visit.js';

/** Long enough for the crowd to thin out. */
const WAIT_MS = 4000;

/** Whether there is no room for the request at all; then it has been answered. */
export function isTurnedAway(visit: Visit): boolean {
  const { req, options } = visit;
  const bytes = bodyBytesOf(req.headers);
  if (options.floodgate.room.enter(bytes)) {
    req.facts.heldBytes = bytes;
    return false;
  }
  refuse(visit, visit.guarded ? 'claim' : 'pass', 'capacity');
  return true;
}

/** Whether the gateway is too busy for this claimant; then the request has been answered. */
export function isShed(visit: Visit, claimantId: string | null, address: ClientAddress, low: boolean): boolean {
  const { shedder } = visit.options.floodgate;
  const shedClass = classOf(visit, low);
  if (!shedder.sheds(shedClass, claimantId ?? address.key)) return false;
  refuse(visit, shedClass, shedder.reason);
  return true;
}

export function overloaded(random: () => number): Problem {
  return { code: 'OVERLOADED', retryAfterSeconds: retryAfterSeconds(WAIT_MS, random) };
}

/** Whoever shows a ticket has waited already. */
function classOf({ guarded, req: { headers } }: Visit, low: boolean): ShedClass {
  if (!guarded) return 'pass';
  if (low) return 'low';
  return headers['spillway-ticket'] === undefined ? 'claim' : 'called';
}

function refuse(visit: Visit, shedClass: ShedClass, reason: 'capacity' | 'event_loop' | 'queue_wait'): void {
  const { req, context, options } = visit;
  req.facts.outcome = 'shed';
  context.meters.shed(shedClass, reason);
  visit.refuse(overloaded(options.random));
}

/** What of its body may be held here: one of unknown length counts in full, a streamed one hardly. */
function bodyBytesOf(headers: IncomingHttpHeaders): number {
  if (headers['transfer-encoding'] !== undefined) return SMALL_BODY_BYTES;
  const declared = headers['content-length'];
  return declared === undefined ? 0 : Math.min(Number(declared), SMALL_BODY_BYTES);
}
