/**
 * One's own place, computed from the campaign document alone: the document is the same for everybody, so a CDN can
 * carry any number of waiting people, and only who is called comes to the gateway.
 */
import type { CampaignDocument, EtaSeconds } from './documents.js';

export type Place =
  /** @member position - people ahead and this one; a few more while people who missed their call are let in */
  | {
      readonly state: 'waiting';
      readonly position: number;
      readonly etaSeconds: EtaSeconds | null;
      readonly pollAfterMs: number;
    }
  /** The number is called, or was: the gateway knows whether the call still holds. Claim now. */
  | { readonly state: 'called'; readonly position: 0 }
  | { readonly state: 'sold-out' }
  | { readonly state: 'ended' };

/** Where the gateway says nothing else. */
const SHARE_OF_WAIT = 0.7;
const JITTER_SHARE = 0.1;

/**
 * @param number - of the ticket, which must be of the document's epoch
 * @param random - uniform in [0, 1); people of neighbouring numbers should not come back together
 */
export function placeFromCampaignDocument(
  document: CampaignDocument,
  number: number,
  random: () => number = Math.random,
): Place {
  const { state, head, callsPerSecond } = document;
  if (state === 'sold-out' || state === 'ended') return { state };
  if (number <= head) return { state: 'called', position: 0 };
  const position = number - head + returning(document);
  const stands = state === 'paused' || !(callsPerSecond > 0);
  const waitMs = stands ? Number.POSITIVE_INFINITY : untilOpenMs(document) + (position / callsPerSecond) * 1000;
  return {
    state: 'waiting',
    position,
    etaSeconds: stands ? null : etaSeconds(waitMs / 1000),
    pollAfterMs: pollAfterMs(document, waitMs, random),
  };
}

/** People who missed their call and are back go first. Where the number waiting is rounded, this is never too few. */
function returning({ waiting, head, tail }: CampaignDocument): number {
  return Math.max(0, waiting - (tail - head)) || 0;
}

function untilOpenMs({ state, opensAt, updatedAt }: CampaignDocument): number {
  if (opensAt === null || (state !== 'scheduled' && state !== 'prequeue')) return 0;
  return Math.max(0, Date.parse(opensAt) - Date.parse(updatedAt)) || 0;
}

/** As the gateway counts it. */
function etaSeconds(seconds: number): EtaSeconds {
  const min = Math.floor(seconds * 0.9);
  return { min, max: Math.min(Math.ceil(seconds * 1.15) + 1, Math.floor(min * 1.5) + 2) };
}

/** Whole milliseconds, from `nearMs` to `maxMs`; jitter moves neither bound. */
function pollAfterMs({ poll }: CampaignDocument, waitMs: number, random: () => number): number {
  const wantedMs = (poll.shareOfWait ?? SHARE_OF_WAIT) * waitMs;
  const boundedMs = Math.min(Math.max(wantedMs, poll.nearMs), poll.maxMs);
  return Math.max(poll.nearMs, Math.round(boundedMs * (1 - JITTER_SHARE * random())));
}
