import type { Clock } from '../kernel/clock.js';

/** What an answer of the service, or the lack of one, says about how much more it can take. */
export type Health =
  /** It was served, whatever the answer says. */
  | 'success'
  /** It was too much for the service: turned away, or not answered in time. */
  | 'dropped'
  /** It says nothing about room: the client left, or the service failed for a reason of its own. */
  | 'ignored';

/** Statuses by which a service, or what stands in front of it, says that it has no room (RFC 9110, RFC 6585). */
const NO_ROOM: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** A failure such as 500 comes fast and for reasons of its own: it is no measure of room, and no success either. */
export function healthOfStatus(status: number): Health {
  if (NO_ROOM.has(status)) return 'dropped';
  return status >= 500 ? 'ignored' : 'success';
}

export interface HealthSign {
  readonly health: Health;
  /** How long the service asks to be left alone, in milliseconds; 0: it says nothing. */
  readonly restMs: number;
}

export const IGNORED: HealthSign = { health: 'ignored', restMs: 0 };
export const DROPPED: HealthSign = { health: 'dropped', restMs: 0 };
const SUCCESS: HealthSign = { health: 'success', restMs: 0 };

/** @param headers - name, value, name, value … */
export function signOfAnswer(status: number, headers: readonly string[], clock: Pick<Clock, 'wallMs'>): HealthSign {
  const health = healthOfStatus(status);
  if (health === 'success') return SUCCESS;
  if (health === 'ignored') return IGNORED;
  if (status !== 429 && status !== 503) return DROPPED;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]!.toLowerCase() === 'retry-after')
      return { health, restMs: restOf(headers[at + 1]!, clock.wallMs()) };
  }
  return DROPPED;
}

/** Seconds or a date (RFC 9110, section 10.2.3); anything else says nothing. */
function restOf(value: string, nowMs: number): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs);
}
