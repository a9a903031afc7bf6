/** What people of a line's model remember. */
import type { Place } from '../../src/waiting-room/place.js';
import type { StoreGateway } from './contract/store-gateway.js';

/** A claim at the service. */
export interface InFlight {
  readonly gateway: StoreGateway;
  /** Null where the store does not know of it any more. */
  place: Place | null;
  readonly seat: string;
  readonly enteredMs: number;
  /** Its gateway was killed: the slot is the store's to take back, then. */
  deadUntilMs: number | null;
}

export interface Someone {
  ticket: Place | null;
  inFlight: InFlight[];
}
