/**
 * The way of a crowd to its gateways, as through a balancer: whoever gets no answer comes to the next one. It writes
 * down what people were told: how long Spillway's own answers took, which numbers they held, which claims failed.
 */
import { newHistogram } from '../../src/replay/histogram.js';
import { HttpTransport, type HttpTransportOptions } from '../../src/replay/http-transport.js';
import type { NoReply, Reply } from '../../src/replay/reply.js';
import type { Answered, Outgoing, Transport } from '../../src/replay/transport.js';

const NUMBER = /"number":(\d+)/;
const EPOCH_BYTES = 4;

/** A number in one of the lines. */
interface Held {
  readonly line: number;
  readonly number: number;
}

export class CrowdWitness implements Transport {
  readonly #http: HttpTransport;
  readonly #gateways: number;
  readonly #turned = new Map<string, number>();
  readonly #heldBy = new Map<string, Held>();
  /** Claimants by the line and the number they held. */
  readonly #holderOf = new Map<string, string>();
  /** Answers of Spillway's own, from sending to hearing, in microseconds, since it was reset. */
  readonly ownUs = newHistogram();
  /** People who were later given a higher number, and numbers that two people were given. */
  placesLost = 0;
  numbersTwice = 0;
  /** Claims without an answer, or with one of 500 or more, by what they got. */
  readonly failed = new Map<string, number>();
  /** Whether the balancer sends anybody to this gateway. */
  isIn: (gateway: number) => boolean = () => true;

  constructor(options: HttpTransportOptions) {
    this.#http = new HttpTransport(options);
    this.#gateways = options.origins.length;
  }

  send(target: number, request: Outgoing, done: Answered): void {
    const sentMs = performance.now();
    this.#http.send(this.#gatewayOf(target, request), request, (reply) => {
      this.#note(request, reply, performance.now() - sentMs);
      done(reply);
    });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #gatewayOf(target: number, { claimant }: Outgoing): number {
    const from = target + (this.#turned.get(claimant) ?? 0);
    for (let more = 0; more < this.#gateways; more++) {
      const gateway = (from + more) % this.#gateways;
      if (this.isIn(gateway)) return gateway;
    }
    return from % this.#gateways;
  }

  #note({ step, claimant }: Outgoing, reply: Reply | NoReply, tookMs: number): void {
    if (reply.kind === 'none') this.#turned.set(claimant, (this.#turned.get(claimant) ?? 0) + 1);
    const failure = reply.kind === 'none' ? reply.error : reply.status >= 500 ? String(reply.document.code) : null;
    if (step === 'claim' && failure !== null) this.failed.set(failure, (this.failed.get(failure) ?? 0) + 1);
    if (reply.kind === 'none') return;
    if (step === 'poll' || reply.document.code !== null) this.ownUs.recordValue(Math.max(1, Math.round(tookMs * 1000)));
    const number = NUMBER.exec(reply.body)?.[1];
    const { ticket } = reply.document;
    if (number !== undefined && ticket !== null) this.#hold(claimant, { line: lineOf(ticket), number: Number(number) });
  }

  #hold(claimant: string, held: Held): void {
    const before = this.#heldBy.get(claimant);
    if (before?.line === held.line) {
      if (before.number === held.number) return;
      if (held.number > before.number) this.placesLost++;
    }
    const name = `${held.line}.${held.number}`;
    const holder = this.#holderOf.get(name);
    if (holder !== undefined && holder !== claimant) this.numbersTwice++;
    this.#heldBy.set(claimant, held);
    this.#holderOf.set(name, claimant);
  }
}

/** In which of the two lines a ticket's place is: who lapsed and comes back is numbered in a line of its own. */
function lineOf(ticket: string): number {
  const bytes = Buffer.from(ticket, 'base64url');
  const afterKeyId = 2 + bytes[1]!;
  return bytes[afterKeyId + EPOCH_BYTES]! >> 4;
}
