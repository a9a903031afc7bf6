/** What the ledger has of a claim: its name there, what this process knows of it without asking, and the store. */
import type { Request } from 'express';
import type { CampaignState } from '../campaign/schedule.js';
import type { ClientAddress } from '../claimant/client-address.js';
import { payloadFingerprint } from '../claims/claim-keys.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { RequestBody } from '../proxy/body.js';
import type { Asker } from './claim-answers.js';
import { claimRequest } from './identity.js';
import { dispose, type Visit } from './visit.js';

/** A safe method claims nothing (RFC 9110, section 9.2.1). */
export function isLedgered({ req: { method }, context }: Visit): boolean {
  return context.claims.keepsEntries && method !== 'HEAD' && method !== 'OPTIONS';
}

/**
 * @param body - null: not read yet, and not asked for
 * @returns null when the request has been refused: it names no claim
 */
export function ledgerRequest(visit: Visit, claimantId: string, body: RequestBody | null): LedgerRequest | null {
  const { req, hit, context } = visit;
  const payload = (): string => (body === null ? '' : payloadFingerprint(req.method, req.url, payloadOf(req, body)));
  const reading = context.claims.read(req.headers, claimantId, hit.scopeKey, payload, context.nextAttempt);
  if (reading.kind === 'request') return reading.request;
  context.meters.refused('key_missing');
  if (reading.kind === 'missing') visit.refuse({ code: 'IDEMPOTENCY_KEY_MISSING' });
  else visit.refuse({ code: 'REQUEST_INVALID', detail: reading.why });
  return null;
}

/** Answers what this process knows of the claim without asking. @returns whether it did */
export function answersAtOnce(visit: Visit, ledger: LedgerRequest, asker: Asker): boolean {
  const { claims, link } = visit.context;
  const verdict = claims.known(ledger);
  if (verdict === null) return false;
  if (verdict.kind === 'replay') link.countReplay();
  if (verdict.kind !== 'repeat') visit.answer(verdict, null, asker);
  return true;
}

/** After the end: whoever has a final answer gets it, and everybody else hears that it is over. */
export function recall(visit: Visit, state: CampaignState, claimantId: string, address: ClientAddress): void {
  const { context, req, hit } = visit;
  const { claims } = context;
  const named = claims.read(req.headers, claimantId, hit.scopeKey, () => '', context.nextAttempt);
  if (named.kind !== 'request' || !context.mayBeGranted(named.request.key)) {
    visit.isClosed(state);
    return;
  }
  if (!claims.comparesPayloads) {
    lookUp(visit, state, claimantId, address, named.request);
    return;
  }
  visit.readBody((body) => {
    dispose(body);
    if (body.kind === 'aborted') return visit.gone();
    const whole = ledgerRequest(visit, claimantId, body);
    if (whole !== null) lookUp(visit, state, claimantId, address, whole);
  });
}

function lookUp(
  visit: Visit,
  state: CampaignState,
  claimantId: string,
  address: ClientAddress,
  ledger: LedgerRequest,
): void {
  const { context, req, fields } = visit;
  const asker: Asker = { claimantId, reading: { kind: 'none' }, fields };
  if (answersAtOnce(visit, ledger, asker)) return;
  const request = claimRequest(context, req, claimantId, address, asker.reading, ledger);
  context.admission.request('recall', request, (decision) => {
    if (decision.kind === 'none' || decision.kind === 'untrusted') visit.isClosed(state);
    else if (decision.kind !== 'admit' && decision.kind !== 'pass') visit.answer(decision, ledger, asker);
  });
}

/** What stands for the payload: the body, or of one too large to be read first its declared length. */
function payloadOf(req: Request, body: RequestBody): Uint8Array | string {
  return body.kind === 'small' ? body.body : `large ${req.headers['content-length'] ?? 'unknown'}`;
}
