/**
 * The field by which a service can tell that a request came through the gateway, as this claimant's, and just now:
 *
 *   Spillway-Proof: v1.<key id>.<time: seconds since the Unix epoch>.<mac in base64url>
 *   mac = HMAC-SHA-256(secret, lines joined by \n: v1, key id, time, method, request target,
 *         Spillway-Campaign, Spillway-Claimant or nothing, Idempotency-Key or nothing), every character one octet
 *
 * No line can hold a line end, so no two requests give the same lines. The body takes no part.
 */
import type { Clock } from '../kernel/clock.js';
import { HmacSha256 } from '../kernel/hmac-sha256.js';

export interface ProofKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

export interface ProvenRequest {
  readonly method: string;
  /** As it is written to the service: path and query. */
  readonly target: string;
  readonly campaign: string;
  /** As in `Spillway-Claimant`; empty where nobody is known. */
  readonly claimant: string;
  /** As in `Idempotency-Key`; empty where there is none. */
  readonly idempotencyKey: string;
}

export class AdmissionProof {
  readonly #id: string;
  readonly #mac: HmacSha256;

  constructor(
    { id, secret }: ProofKey,
    private readonly clock: Clock,
  ) {
    this.#id = id;
    this.#mac = new HmacSha256(secret, `v1\n${id}\n`);
  }

  /** The value of `Spillway-Proof`. */
  of({ method, target, campaign, claimant, idempotencyKey }: ProvenRequest): string {
    const seconds = Math.floor(this.clock.wallMs() / 1000);
    const lines = `${seconds}\n${method}\n${target}\n${campaign}\n${claimant}\n${idempotencyKey}`;
    const mac = this.#mac.digest(Buffer.from(lines, 'latin1'));
    return `v1.${this.#id}.${seconds}.${mac.toString('base64url')}`;
  }
}
