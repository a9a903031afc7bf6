/**
 * Whether this gateway wants traffic. The store is no part of it: where it fails, a policy answers, and all gateways
 * leaving at once would help nobody. It only shows among the details.
 *
 *   starting ──configured and listening──▶ ready ──drain──▶ draining
 *       └────────────────────drain────────────────────────────▲
 */
export type ReadinessState = 'starting' | 'ready' | 'draining';

export interface ReadinessReport {
  readonly ready: boolean;
  readonly state: ReadinessState;
  readonly configured: boolean;
  readonly listening: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export class Readiness {
  #configured = false;
  #listening = false;
  #draining = false;
  readonly #details = new Map<string, () => unknown>();

  get state(): ReadinessState {
    if (this.#draining) return 'draining';
    return this.#configured && this.#listening ? 'ready' : 'starting';
  }

  configured(): void {
    this.#configured = true;
  }

  listening(): void {
    this.#listening = true;
  }

  /** For good: a gateway that drains does not come back. */
  drain(): void {
    this.#draining = true;
  }

  /** Shows a fact beside the state, such as the mode of the store. It never changes the state. */
  detail(name: string, read: () => unknown): void {
    this.#details.set(name, read);
  }

  report(): ReadinessReport {
    return {
      ready: this.state === 'ready',
      state: this.state,
      configured: this.#configured,
      listening: this.#listening,
      details: Object.fromEntries([...this.#details].map(([name, read]) => [name, read()])),
    };
  }
}
