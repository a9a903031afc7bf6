/** Answers of a simulation, as people read them. */
import type { CampaignState } from '../campaign/schedule.js';
import { wholeSeconds } from '../http/retry-after.js';
import { type LineDocument, NO_DOCUMENT, type NoReply, type Reply } from '../replay/reply.js';

export type Answer = (reply: Reply | NoReply) => void;

export const GONE: Reply = answer(204, NO_DOCUMENT, null);

export function grant(body: string): Reply {
  return { ...answer(201, NO_DOCUMENT, null), body };
}

/** @param retryMs - when trying again makes sense; null: never */
export function problem(status: number, code: string, retryMs: number | null): Reply {
  return answer(status, { ...NO_DOCUMENT, code }, retryMs === null ? null : wholeSeconds(retryMs) * 1000);
}

export function over(state: CampaignState): Reply {
  return problem(410, state === 'ended' ? 'ENDED' : 'SOLD_OUT', null);
}

export function ticketReply(
  status: number,
  code: string | null,
  state: string,
  ticket: string,
  position: number | null,
  pollAfterMs: number,
  etaSeconds: LineDocument['etaSeconds'],
): Reply {
  return answer(status, { code, state, ticket, position, pollAfterMs, etaSeconds }, null);
}

function answer(status: number, document: LineDocument, retryAfterMs: number | null): Reply {
  return { kind: 'reply', status, retryAfterMs, document, fields: null, body: '' };
}
