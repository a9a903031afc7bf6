/** What of an ask is a lane's, what is left for the line, and how both answers are one. Pure. */
import type { Place } from '../waiting-room/place.js';
import type { Ask, AskResult, Remaining } from './ask.js';
import type { DoneReply } from './exchange.js';
import { type KeptPlace, type LaneAnswer, type LaneAsk, laneOf, type PlaceChange } from './lane.js';

type Result = DoneReply['results'][number];

/** An ask with its lane's part of it, and what the lane said; `answer` null: it is away. */
export interface LanePart {
  readonly lane: number;
  readonly ask: LaneAsk;
  readonly answer: LaneAnswer | null;
}

const KINDS = {
  ...({ claim: 'take', spare: 'take', join: 'take', pass: 'take' } as const),
  ...({ refund: 'give', find: 'look', recall: 'look' } as const),
};
/** Asks that a place has a say in. */
const SEEKING: ReadonlySet<Ask['kind']> = new Set(['claim', 'join', 'find']);

/** @returns null where no lane has a say */
export function lanePart(ask: Ask, lanes: number): Omit<LanePart, 'answer'> | null {
  const buckets = ask.buckets.map((bucket) => (isOwn(bucket, ask.claimant) ? bucket : null));
  const entry = ask.ledger?.key ?? null;
  const claimant = SEEKING.has(ask.kind) && ask.claimant !== '' ? ask.claimant : null;
  if (claimant === null && entry === null && buckets.every((bucket) => bucket === null)) return null;
  const kind = KINDS[ask.kind];
  return { lane: laneOf(ask.claimant, lanes), ask: { kind, claimant, entry, limits: ask.limits, buckets } };
}

/** A claimant's own bucket ends with the claimant; what several share, as an address, the line keeps. */
function isOwn(bucket: string | null, claimant: string): boolean {
  return bucket !== null && claimant !== '' && bucket.endsWith(`:${claimant}`);
}

/** The answer to an ask that the line need not hear of; null: it must. */
export function answeredByLane(ask: Ask, { ask: own, answer }: LanePart): Result | null {
  if (answer === null) return { kind: 'unavailable' };
  if (answer.text !== null) return { kind: 'recorded', text: answer.text };
  const shared = ask.buckets.some((bucket, limit) => bucket !== null && own.buckets[limit] === null);
  if (shared || ask.ledger) return null;
  if (ask.kind === 'refund') return { kind: 'none' };
  if (ask.kind !== 'pass') return null;
  if (answer.refused !== null) return { kind: 'limited', ...answer.refused, remaining: answer.uncharged };
  return { kind: 'pass', remaining: answer.charged };
}

/** The ask as the line hears it: with the place that the lane knows, and without what the lane has charged. */
export function forLine(ask: Ask, part: LanePart | null): Ask {
  if (part === null || part.answer === null) return ask;
  const { place: kept, refused } = part.answer;
  const buckets = ask.buckets.map((bucket, limit) => ((part.ask.buckets[limit] ?? null) === null ? bucket : null));
  const toldMs = Math.max(ask.toldMs, kept?.toldMs ?? 0);
  const place = kept === null || isNewer(ask.place, kept.place) ? ask.place : kept.place;
  const asked = { ...ask, place, toldMs, buckets };
  return refused === null ? asked : { ...asked, barred: refused };
}

/** A ticket is newer than what a lane knows where the lane did not hear of a return. */
function isNewer(ticket: Place | null, kept: Place): ticket is Place {
  if (ticket === null) return false;
  return ticket.line === kept.line ? ticket.number > kept.number : ticket.returns > kept.returns;
}

/** What a lane has still to charge, or to give back, once the line has decided; null: nothing. */
export function correction(part: LanePart, result: Result): 'owe' | 'give' | null {
  if (part.ask.kind !== 'take' || part.answer === null || part.answer.text !== null) return null;
  const charged = hasCharged(part);
  if (charged === isCharged(result)) return null;
  return charged ? 'give' : 'owe';
}

export function hasCharged({ ask, answer }: LanePart): boolean {
  if (ask.kind !== 'take' || answer === null) return false;
  return answer.refused === null && answer.text === null && answer.place === null;
}

/** Charged once: for going straight in, for a place, or for a request beside the line. */
function isCharged(result: Result): boolean {
  if (result.kind === 'enter') return result.place === null || result.joined === true;
  return result.kind === 'pass' || ((result.kind === 'door' || result.kind === 'wait') && result.joined);
}

/** The place that a lane has still to write down; null: it knows it. */
export function placeChange({ ask, answer }: LanePart, result: Result, toldMs: number): PlaceChange | null {
  if (ask.claimant === null || answer === null || !('place' in result) || result.place === null) return null;
  const seen = answer.place?.place ?? null;
  if (seen !== null && isSame(seen, result.place)) return null;
  return { claimant: ask.claimant, seen, next: { place: result.place, toldMs } };
}

export function isSame(one: Place, other: Place): boolean {
  return one.line === other.line && one.number === other.number;
}

/**
 * Of two places made at once, the one that was written down first is the claimant's; the other number stays unused.
 * Who is at the door or on the way in already keeps the number that was called.
 */
export function withPlace(result: Result, kept: KeptPlace | null): Result {
  if (result.kind !== 'wait' || kept === null || isSame(result.place, kept.place)) return result;
  return { ...result, place: kept.place, joined: false };
}

/** The line's answer, with what is left of the lane's buckets. */
export function together(result: AskResult, { ask, answer }: LanePart): AskResult {
  if (!('remaining' in result) || answer === null) return result;
  const own: Remaining = ask.kind === 'take' && isCharged(result) ? answer.charged : answer.uncharged;
  return { ...result, remaining: result.remaining.map((left, limit) => own[limit] ?? left) };
}
