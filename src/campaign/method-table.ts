/** The targets of one path pattern, by method. */
import type { Target } from './route-target.js';

export class MethodTable<C> {
  readonly #targets = new Map<string, Target<C>>();
  #guardsGet = false;

  /** Adds a target for each method that has none yet. On pass routes GET stands for HEAD too. */
  add(methods: readonly string[], target: Target<C>): void {
    for (const method of methods) this.#addOne(method, target);
    if (!methods.includes('GET')) return;
    if (target.kind === 'pass') this.#addOne('HEAD', target);
    else this.#guardsGet = true;
  }

  get(method: string): Target<C> | undefined {
    return this.#targets.get(method);
  }

  /** Whether a service would serve `method` with what this table guards: HEAD is served by GET. */
  guards(method: string): boolean {
    return this.#targets.get(method)?.kind === 'guarded' || (method === 'HEAD' && this.#guardsGet);
  }

  methods(): Iterable<string> {
    return this.#targets.keys();
  }

  #addOne(method: string, target: Target<C>): void {
    // A HEAD that would run a guarded GET stays without target.
    if (method === 'HEAD' && target.kind === 'pass' && this.#guardsGet) return;
    if (!this.#targets.has(method)) this.#targets.set(method, target);
  }
}
