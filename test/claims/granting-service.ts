/** A claim service that honours Idempotency-Key and remembers when it was asked and when it granted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Respond } from '../support/recording-upstream.js';

export class GrantingService {
  readonly #coupons = new Map<string, string>();
  received = 0;
  /** On the monotonic clock, in milliseconds. */
  lastArrivalMs = 0;
  lastGrantMs = 0;

  constructor(private readonly serviceMs = 20) {}

  get granted(): number {
    return this.#coupons.size;
  }

  readonly respond: Respond = (request, response) => {
    this.received++;
    this.lastArrivalMs = performance.now();
    const key = String(request.headers['idempotency-key']);
    void sleep(this.serviceMs).then(() => {
      if (!this.#coupons.has(key)) {
        this.#coupons.set(key, `RP-${this.#coupons.size}`);
        this.lastGrantMs = performance.now();
      }
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ coupon: this.#coupons.get(key) }));
    });
  };
}
