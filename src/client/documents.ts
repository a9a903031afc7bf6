/** The public documents of a gateway, as far as a client reads them. Unknown members are left alone. */

/** A wait in whole seconds. */
export interface EtaSeconds {
  readonly min: number;
  readonly max: number;
}

export type TicketState = 'waiting' | 'called' | 'lapsed' | 'claimed' | 'left' | 'sold-out' | 'ended';

/** One person's place in line. */
export interface TicketDocument {
  readonly campaign: string;
  readonly state: TicketState;
  /** Opaque; the newest is the one to keep. */
  readonly ticket: string;
  /** Null before a lottery is drawn. */
  readonly number: number | null;
  /** People ahead and this one; 0: called; null where it is not known. */
  readonly position: number | null;
  readonly etaSeconds: EtaSeconds | null;
  /** Milliseconds before which nothing is gained by asking again. */
  readonly pollAfterMs: number;
  readonly chance: 'likely' | 'unlikely' | null;
  /** ISO 8601: until when a call is good. */
  readonly expiresAt: string | null;
  /** In a lottery: the number in order of joining, from which the published key makes `number`. */
  readonly joinNumber?: number;
}

export type CampaignState = 'scheduled' | 'prequeue' | 'open' | 'paused' | 'sold-out' | 'ended';

/** The line as everybody sees it; the same bytes for all, so that a CDN can serve it. */
export interface CampaignDocument {
  readonly campaign: string;
  readonly state: CampaignState;
  /** Numbers of another epoch say nothing about this line. */
  readonly epoch: number;
  /** The highest number called. */
  readonly head: number;
  /** The highest number issued. */
  readonly tail: number;
  readonly waiting: number;
  readonly callsPerSecond: number;
  /** ISO 8601. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly poll: { readonly nearMs: number; readonly maxMs: number; readonly shareOfWait?: number };
  /** Of a lottery; the key and the numbers drawn are null before. */
  readonly lottery?: {
    readonly commitment: string;
    readonly key: string | null;
    readonly from: number | null;
    readonly to: number | null;
  };
  /** ISO 8601, by the gateway's clock. */
  readonly updatedAt: string;
}

/** @returns null where `text` is no JSON object */
export function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/** @returns null where `value` has not the members that a client needs of a ticket document */
export function asTicket(value: Readonly<Record<string, unknown>> | null): TicketDocument | null {
  return value !== null && typeof value.state === 'string' && typeof value.ticket === 'string'
    ? (value as unknown as TicketDocument)
    : null;
}

/** @returns null where `value` has not the members that a client needs of a campaign document */
export function asCampaign(value: Readonly<Record<string, unknown>> | null): CampaignDocument | null {
  return value !== null &&
    typeof value.state === 'string' &&
    typeof value.head === 'number' &&
    typeof value.callsPerSecond === 'number' &&
    typeof value.poll === 'object' &&
    value.poll !== null
    ? (value as unknown as CampaignDocument)
    : null;
}
