/** A gateway that answers as a test says, and notes what it was asked and when. */
import type { ClientClock, ClientStorage, Fetch } from '../../src/client/client.js';
import type { FakeClock } from '../support/fake-clock.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly atMs: number;
}

export type Scripted = Response | 'network' | 'silence';

export class ScriptedGateway {
  readonly asked: Asked[] = [];
  readonly #answers: Array<() => Scripted> = [];

  constructor(private readonly clock: FakeClock) {}

  answer(...answers: Array<() => Scripted>): this {
    this.#answers.push(...answers);
    return this;
  }

  readonly fetch: Fetch = (url, { method, headers, signal }) => {
    const { pathname } = new URL(url);
    this.asked.push({ method, path: pathname, headers, atMs: this.clock.monotonicUs() / 1000 });
    const next = this.#answers.shift();
    if (next === undefined) throw new Error(`asked once too often: ${method} ${pathname}`);
    const scripted = next();
    if (scripted === 'network') return Promise.reject(new TypeError('fetch failed'));
    if (scripted === 'silence') {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    return Promise.resolve(scripted);
  };
}

export function clientClockOf(clock: FakeClock): ClientClock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicUs() / 1000,
    after(delayMs, run) {
      const timer = clock.after(delayMs, run);
      return () => timer.cancel();
    },
  };
}

export class MapStorage implements ClientStorage {
  readonly kept = new Map<string, string>();

  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }

  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

export function ticketBody(members: object = {}): object {
  return {
    campaign: 'lny',
    state: 'waiting',
    ticket: 't1',
    number: 9,
    position: 4,
    etaSeconds: { min: 3, max: 6 },
    pollAfterMs: 1000,
    chance: null,
    expiresAt: null,
    ...members,
  };
}

export function ticket(members: object = {}): () => Response {
  return () => Response.json(ticketBody(members));
}

export function problem(code: string, status: number, members: object = {}, retryAfter?: number): () => Response {
  return () =>
    Response.json(
      { code, status, ...members },
      {
        status,
        headers: {
          'Content-Type': 'application/problem+json',
          'Spillway-Code': code,
          ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
        },
      },
    );
}

export function queued(members: object = {}): () => Response {
  return problem('QUEUED', 429, ticketBody(members), 1);
}

export function granted(): Response {
  return Response.json({ coupon: 'C1' }, { status: 201 });
}
