/** The door, as the link to the store sees it. */
import type { StoreView } from './exchange.js';

/** What the door makes of a reply. Times are local, monotonic, in microseconds. */
export interface DoorPort {
  /** Permits the door could use beyond those it has and those on their way. */
  permitsWanted(): number;
  /** The call that asked for `asked` permits is answered. */
  permitsArrived(asked: number, departuresUs: readonly number[]): void;
  /** The call that asked for `asked` permits failed. */
  permitsFailed(asked: number): void;
  /** All of a reply is dealt with: what it says tells when asking again makes sense. */
  observe(view: StoreView, decidedAtUs: number): void;
}

/** Before there is a door, and where there is none. */
export const NO_DOOR: DoorPort = {
  permitsWanted: () => 0,
  permitsArrived: () => {},
  permitsFailed: () => {},
  observe: () => {},
};
