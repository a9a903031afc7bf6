/** Asks for the decision about a request: a claim, a place, or a request beside the line. */
import type { ClaimRequest } from '../admission/admission.js';
import type { Decision } from '../admission/decision.js';
import type { Visit } from './visit.js';

export type Asked = 'claim' | 'join' | 'pass';

export function decide(visit: Visit, kind: Asked, request: ClaimRequest, decided: (decision: Decision) => void): void {
  const { admission } = visit.context;
  const told = visit.req.facts.trace?.deciding(decided) ?? decided;
  if (kind === 'claim') decideClaim(visit, request, told);
  else if (kind === 'join' || request.buckets.some((bucket) => bucket !== null)) {
    admission.request(kind, request, told);
  } else decided({ kind: 'pass', remaining: [] });
}

/** A client that leaves before the decision takes its claim along. */
function decideClaim(visit: Visit, request: ClaimRequest, decided: (decision: Decision) => void): void {
  const { res } = visit;
  if (res.destroyed) {
    visit.gone();
    return;
  }
  let abort = (): void => {};
  const onClose = (): void => {
    abort();
    visit.gone();
  };
  res.on('close', onClose);
  abort = visit.context.admission.claim(request, (decision) => {
    res.off('close', onClose);
    decided(decision);
  });
}
