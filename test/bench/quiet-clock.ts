/**
 * Real time, in which a campaign does not tick: what reaches the store is what requests cause. The shortest tick comes
 * after 95 ms; no request of a test needs a timer that long.
 */
import { type Clock, systemClock, type Timer } from '../../src/kernel/clock.js';

const SHORTEST_TICK_MS = 90;
const NEVER: Timer = { cancel: () => {} };

export const quietClock: Clock = {
  ...systemClock,
  after: (delayMs, run) => (delayMs < SHORTEST_TICK_MS ? systemClock.after(delayMs, run) : NEVER),
};
