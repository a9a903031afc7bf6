/**
 * The way of a crowd to its gateways, as through a balancer: whoever gets no answer comes to the next one. It writes
 * down what people were told: how long Spillway's own answers took, which numbers they held, which claims failed.
 */
import { newHistogram } from '../../src/replay/histogram.js';
import { HttpTransport, type HttpTransportOptions } from '../../src/replay/http-transport.js';
import type { NoReply, Reply } from '../../src/replay/reply.js';
import type { Answered, Outgoing, Transport } from '../../src/replay/transport.js';

const NUMBER = /"number":(\d+)/;

export class CrowdWitness implements Transport {
  readonly #http: HttpTransport;
  readonly #gateways: number;
  readonly #turned = new Map<string, number>();
  readonly #numberOf = new Map<string, number>();
  readonly #holderOf = new Map<number, string>();
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
    const number = reply.document.ticket === null ? undefined : NUMBER.exec(reply.body)?.[1];
    if (number !== undefined) this.#hold(claimant, Number(number));
  }

  #hold(claimant: string, number: number): void {
    const before = this.#numberOf.get(claimant);
    if (before === number) return;
    if (before !== undefined && number > before) this.placesLost++;
    const holder = this.#holderOf.get(number);
    if (holder !== undefined && holder !== claimant) this.numbersTwice++;
    this.#numberOf.set(claimant, number);
    this.#holderOf.set(number, claimant);
  }
}
