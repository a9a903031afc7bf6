/**
 * Sessions of a campaign of several requests. Whoever went in holds a ticket that says until when further requests pass;
 * no store is asked. Of sessions that end before that, every gateway hears with its next reply from the store.
 *
 *   in line ──goes in, answered──▶ active ──its time is over──▶ over
 *                                    └──`Spillway-Session: end`, given up, ended by an operator, reset──▶ over
 */
import type { CampaignLink } from '../admission/campaign-link.js';
import { STORE_TIME_ORIGIN_MS } from '../admission/exchange.js';
import type { TicketSession } from '../waiting-room/tickets.js';

export const SESSION_FIELD = 'spillway-session';

export class Sessions {
  /** When the last session of a claimant ended, in milliseconds since the Unix epoch, oldest first. */
  readonly #ends = new Map<string, number>();
  /** When an operator ended all of them last. */
  #allEndedMs = Number.NEGATIVE_INFINITY;

  /** @param ttlMs - null: the campaign has none */
  constructor(
    private readonly link: CampaignLink,
    private readonly nowMs: () => number,
    private readonly ttlMs: () => number | null,
  ) {
    link.onView(({ sessionEnds, sessionsEndedUs }) => {
      if (sessionsEndedUs > 0) this.#allEndedMs = STORE_TIME_ORIGIN_MS + sessionsEndedUs / 1000;
      for (const { claimant, endedUs } of sessionEnds) this.#note(claimant, STORE_TIME_ORIGIN_MS + endedUs / 1000);
    });
  }

  /** How long one lasts, in milliseconds; null: the campaign has none. */
  get lastsMs(): number | null {
    return this.ttlMs();
  }

  isActive({ issuedMs, untilMs, claimant }: TicketSession): boolean {
    if (this.ttlMs() === null || this.nowMs() >= untilMs) return false;
    return issuedMs > this.#allEndedMs && issuedMs > (this.#ends.get(claimant) ?? Number.NEGATIVE_INFINITY);
  }

  /** Before its time: the seat is free for the next. */
  end(claimant: string): void {
    this.#note(claimant, this.nowMs());
    this.link.reportSeat({ claimant, seat: '', begins: false });
  }

  #note(claimant: string, endedMs: number): void {
    const known = this.#ends.get(claimant) ?? 0;
    this.#ends.delete(claimant);
    this.#ends.set(claimant, Math.max(known, endedMs));
    const overMs = this.nowMs() - (this.ttlMs() ?? 0) - 1000;
    for (const [other, atMs] of this.#ends) {
      if (atMs >= overMs) break;
      this.#ends.delete(other);
    }
  }
}

/** Whether the service ended the session; its word is not for clients, and is taken out of `headers`. */
export function takeSessionEnd(headers: string[]): boolean {
  let ends = false;
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]!.toLowerCase() !== SESSION_FIELD) continue;
    ends ||= headers[at + 1]!.trim().toLowerCase() === 'end';
    headers.splice(at, 2);
  }
  return ends;
}
