/**
 * What a few people, two gateways and a service would remember of a line, and what must hold between that and what the
 * store says: P1 at every decision, P3 for numbers and calls, P5 for everybody with a ticket.
 */
import { expect } from '@jest/globals';
import type { ExchangeSettings } from '../../src/admission/exchange.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import type { Place } from '../../src/waiting-room/place.js';
import { waitingIn } from '../../src/waiting-room/standing.js';
import type { Contract, Result, StoreGateway } from './contract/store-gateway.js';
import { excessOverBound } from './measures.js';
import { ask, type Done, NO_EVENTS, SETTINGS } from './stores.js';

const BURST = 5;
const SLOTS = 3;

interface Someone {
  ticket: Place | null;
  readonly inFlight: Array<{ readonly gateway: StoreGateway; place: Place | null }>;
}

export type Step =
  | { readonly kind: 'ask'; readonly who: number; readonly second: boolean; readonly ask: 'claim' | 'join' | 'find' }
  | { readonly kind: 'answer'; readonly who: number; readonly final: boolean }
  | { readonly kind: 'leave'; readonly who: number }
  | { readonly kind: 'advance'; readonly ms: number; readonly second: boolean }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'flush' };

export class LineModel {
  readonly #people: Someone[] = Array.from({ length: 8 }, () => ({ ticket: null, inFlight: [] }));
  readonly #issued = new Map<string, number>();
  /** Tokens that the rate has brought since the beginning, at each entry. */
  readonly #entries: number[] = [];
  #tokens = 0;
  #rate = 100;
  #open = true;
  #heads = [0, 0];
  #tails = [0, 0];

  constructor(private readonly contract: Contract) {
    this.#configure();
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case 'ask':
        return this.#ask(step.who, this.#gateway(step.second), step.ask);
      case 'answer':
        return this.#answer(step.who, step.final);
      case 'leave':
        return this.#leave(step.who);
      case 'advance':
        return this.#advance(step.ms, this.#gateway(step.second));
      case 'rate':
        this.#rate = step.perSecond;
        return this.#configure();
      case 'pause':
        this.#open = !this.#open;
        return this.#configure();
      case 'flush':
        return this.#flush();
    }
  }

  /** P1 over all that entered; counted in tokens, so that the rate may change on the way. */
  check(): void {
    expect(excessOverBound(this.#entries, 1, BURST)).toBeLessThanOrEqual(1e-3);
  }

  async #ask(who: number, gateway: StoreGateway, kind: 'claim' | 'join' | 'find'): Promise<void> {
    const { ticket, inFlight } = this.#people[who]!;
    const reply = await gateway.call({ asks: [ask(`c${who}`, { kind, place: ticket })] });
    this.#see(reply);
    const result = reply.results[0]!;
    if (kind === 'claim' && ticket !== null && inFlight.some(({ place }) => same(place, ticket))) {
      expect(result.kind).toBe('inside');
      return;
    }
    this.#learn(who, result, reply);
    if (result.kind !== 'enter') return;
    expect(this.#open).toBe(true);
    // Numbers left out after a loss are nobody who waits.
    if (result.place === null) expect(waitingIn(reply.view)).toBe(0);
    inFlight.push({ gateway, place: result.place });
    this.#entries.push(this.#tokens * 1e6);
    expect(this.#people.flatMap((one) => one.inFlight).length).toBeLessThanOrEqual(SLOTS);
    this.check();
  }

  #learn(who: number, result: Result, { view }: Done): void {
    const someone = this.#people[who]!;
    if (result.kind === 'none') expect(someone.ticket).toBeNull();
    if (!('place' in result) || result.place === null) return;
    const { place } = result;
    const owner = this.#issued.get(nameOf(place));
    expect(owner ?? who).toBe(who);
    this.#issued.set(nameOf(place), who);
    if (someone.ticket !== null && !same(place, someone.ticket)) {
      // P5: only a lapse takes a place away.
      expect(view.lapsed[someone.ticket.line]).toBeGreaterThanOrEqual(someone.ticket.number);
    }
    if (result.kind === 'enter' || result.kind === 'door') {
      expect(place.number).toBeLessThanOrEqual(view.heads[place.line]);
    } else if (result.kind === 'wait' && result.joined) expect(place.number).toBe(view.tails[place.line]);
    someone.ticket = place;
  }

  async #answer(who: number, final: boolean): Promise<void> {
    const someone = this.#people[who]!;
    const claim = someone.inFlight.shift();
    if (claim === undefined) return;
    const { gateway, place } = claim;
    gateway.released++;
    const event = place === null ? [] : [{ claimant: `c${who}`, place }];
    const events = { ...NO_EVENTS, ...(final ? { spent: event } : { retained: event }) };
    this.#see(await gateway.call({ events }));
    if (final && place !== null && same(place, someone.ticket)) someone.ticket = null;
  }

  async #leave(who: number): Promise<void> {
    const someone = this.#people[who]!;
    if (someone.ticket === null || someone.inFlight.length > 0) return;
    this.#see(await this.contract.g1.tell({ given: [{ claimant: `c${who}`, place: someone.ticket }] }));
    someone.ticket = null;
  }

  async #advance(ms: number, gateway: StoreGateway): Promise<void> {
    await this.contract.clock.advance(ms);
    this.#tokens += (this.#rate * ms) / 1000;
    this.#see(await gateway.tick());
  }

  /** The store loses everything; both gateways go on with what they know. */
  async #flush(): Promise<void> {
    const { g1, g2, empty } = this.contract;
    g1.store = g2.store = await empty();
    await g1.call();
    this.#see(await g2.call());
    // Who is at the upstream is not known any more: that a claim is paid once is the ledger's to keep.
    for (const { inFlight } of this.#people) for (const claim of inFlight) claim.place = null;
  }

  #see({ view }: Done): void {
    for (const line of [0, 1] as const) {
      expect(view.heads[line]).toBeGreaterThanOrEqual(this.#heads[line]!);
      expect(view.tails[line]).toBeGreaterThanOrEqual(Math.max(this.#tails[line]!, view.heads[line]));
    }
    this.#heads = [...view.heads];
    this.#tails = [...view.tails];
  }

  #gateway(second: boolean): StoreGateway {
    return second ? this.contract.g2 : this.contract.g1;
  }

  #configure(): void {
    const settings: ExchangeSettings = {
      ...SETTINGS,
      door: bucketRate(BURST, this.#rate),
      horizonUs: 0,
      slots: SLOTS,
      open: this.#open,
      graceMs: 3000,
      slotLeaseMs: 10_000_000,
      skip: 20,
    };
    this.contract.g1.settings = this.contract.g2.settings = settings;
  }
}

function same(a: Place | null, b: Place | null): boolean {
  return a !== null && b !== null && a.line === b.line && a.number === b.number;
}

function nameOf(place: Place): string {
  return `${place.line}.${place.number}`;
}
