/**
 * Cuts connections whose answers nobody waits for any more, a few in each turn of the event loop. To cut one costs
 * as much as to tell its client; where a service hangs, all that were handed over together run out of time together, and the
 * last of them is not to be told after everybody's connections have been cut.
 */
import type { Clock } from '../kernel/clock.js';

const A_TURN = 4;

export class LateCuts {
  readonly #waiting: Array<() => void> = [];

  constructor(private readonly clock: Clock) {}

  add(cut: () => void): void {
    this.#waiting.push(cut);
    if (this.#waiting.length === 1) this.clock.afterTurn(this.#cutSome);
  }

  readonly #cutSome = (): void => {
    // Those that are cut stand in the list meanwhile, so that one added by a cut asks for no second turn.
    const some = this.#waiting.slice(0, A_TURN);
    for (const cut of some) cut();
    this.#waiting.splice(0, some.length);
    if (this.#waiting.length > 0) this.clock.afterTurn(this.#cutSome);
  };
}
