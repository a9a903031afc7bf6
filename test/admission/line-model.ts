/**
 * What a few people, two gateways and a service would remember of a line, and what must hold between that and what the
 * store says: P1 at every decision, P3 for numbers and calls, P5 for everybody with a ticket.
 */
import { expect } from '@jest/globals';
import { STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import type { ExchangeSettings } from '../../src/admission/exchange-settings.js';
import type { Place } from '../../src/waiting-room/place.js';
import { waitingIn } from '../../src/waiting-room/standing.js';
import { type Contract, StoreGateway } from './contract/store-gateway.js';
import { DoorModel } from './door-model.js';
import type { InFlight, Someone } from './line-people.js';
import type { Kind, Step } from './line-steps.js';
import { PlaceModel, samePlace } from './place-model.js';
import { SeatModel } from './seat-model.js';
import { ask, type Done, SETTINGS } from './stores.js';

const SLOTS = 3;
/** How long slots and seats of who does not answer any more stay taken. */
const LEASE_MS = 5000;
/** The service answers within this time. */
const TIMEOUT_MS = 3000;
const OPENS_AFTER_MS = 600;

export class LineModel {
  readonly #people: Someone[] = Array.from({ length: 8 }, () => ({ ticket: null, inFlight: [] }));
  readonly #places = new PlaceModel();
  readonly #gateways: [StoreGateway, StoreGateway];
  readonly #seats: SeatModel;
  readonly #drawAtUs: number;
  readonly door = new DoorModel(2, 100);
  #open = true;
  #epoch = 1;
  #revision = 0;
  #serial = 0;

  constructor(
    private readonly contract: Contract,
    private readonly made: Kind,
  ) {
    this.#gateways = [contract.g1, contract.g2];
    this.#seats = new SeatModel(made.sessions ? { maxActive: 2, ttlMs: 1000 } : null, LEASE_MS);
    this.#drawAtUs = this.#nowUs() + OPENS_AFTER_MS * 1000;
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
        return this.#advance(step.ms, step.second);
      case 'rate':
        return this.#changeRate(step.perSecond);
      case 'pause':
        this.#open = !this.#open;
        return this.#configure();
      case 'kill':
        return this.#kill(step.second ? 1 : 0);
      case 'flush':
        return this.#flush();
      case 'reset':
        return this.#reset();
      case 'end-sessions':
        return this.#endSessions();
    }
  }

  /** The store goes by the rate that it heard last. */
  async #changeRate(perSecond: number): Promise<void> {
    this.door.ratePerSecond = perSecond;
    this.#configure();
    this.#see(await this.#gateways[0].call());
  }

  async #ask(who: number, gateway: StoreGateway, kind: 'claim' | 'join' | 'find'): Promise<void> {
    const someone = this.#people[who]!;
    const { ticket, inFlight } = someone;
    const seat = `seat${++this.#serial}`;
    const reply = await gateway.call({ asks: [ask(`c${who}`, { kind, place: ticket, seat })] });
    this.#see(reply);
    const result = reply.results[0]!;
    if (kind === 'claim' && inFlight.some((claim) => this.#isInside(claim, ticket))) {
      expect(result.kind).toBe('inside');
      return;
    }
    someone.ticket = this.#places.learn(who, result, reply.view, someone.ticket);
    if (result.kind === 'door') await gateway.tell({ seats: [{ claimant: `c${who}`, seat, begins: false }] });
    if (result.kind === 'enter') this.#enter(who, gateway, seat, result.place, reply);
  }

  #enter(who: number, gateway: StoreGateway, seat: string, place: Place | null, { view }: Done): void {
    expect(this.#open).toBe(true);
    if (this.made.lottery) expect(view.lottery?.from).toBeGreaterThan(0);
    // Numbers left out after a loss are nobody who waits.
    if (place === null) expect(waitingIn(view)).toBe(0);
    this.#seats.enter(`c${who}`, seat, this.#nowMs());
    this.#people[who]!.inFlight.push({ gateway, place, seat, enteredMs: this.#nowMs(), deadUntilMs: null });
    expect(this.#people.flatMap((one) => one.inFlight).length).toBeLessThanOrEqual(SLOTS);
    this.door.enter();
  }

  async #answer(who: number, final: boolean): Promise<void> {
    const someone = this.#people[who]!;
    const claim = someone.inFlight.find(({ deadUntilMs }) => deadUntilMs === null);
    if (claim === undefined) return;
    someone.inFlight = someone.inFlight.filter((one) => one !== claim);
    const { gateway, place, seat } = claim;
    gateway.released++;
    const event = place === null ? [] : [{ claimant: `c${who}`, place }];
    const seats = this.made.sessions ? [{ claimant: `c${who}`, seat, begins: final }] : [];
    this.#see(await gateway.tell({ ...(final ? { spent: event } : { retained: event }), seats }));
    this.#seats.answered(`c${who}`, seat, final, this.#nowMs());
    if (final && place !== null && samePlace(place, someone.ticket)) someone.ticket = null;
  }

  async #leave(who: number): Promise<void> {
    const someone = this.#people[who]!;
    if (someone.ticket === null || someone.inFlight.length > 0) return;
    this.#see(await this.#gateways[0].tell({ given: [{ claimant: `c${who}`, place: someone.ticket }] }));
    someone.ticket = null;
  }

  async #advance(ms: number, second: boolean): Promise<void> {
    await this.contract.clock.advance(ms);
    this.door.advance(ms);
    this.#see(await this.#gateway(!second).call());
    this.#see(await this.#gateway(second).tick());
    for (const [who, someone] of this.#people.entries()) {
      someone.inFlight = someone.inFlight.filter(({ deadUntilMs }) => this.#nowMs() <= (deadUntilMs ?? Infinity));
      if (someone.inFlight.some((claim) => this.#nowMs() - claim.enteredMs > TIMEOUT_MS))
        await this.#answer(who, false);
    }
  }

  /** Another process takes its place, which knows nothing; what it had at the service nobody answers for any more. */
  async #kill(which: 0 | 1): Promise<void> {
    const killed = this.#gateways[which];
    const other = this.#gateways[which === 0 ? 1 : 0];
    // Its slots were seen to be its own when it called last, which is now.
    await killed.call();
    const born = new StoreGateway(other.store, `g${++this.#serial}`);
    this.#gateways[which] = born;
    this.#configure();
    for (const { inFlight } of this.#people) {
      for (const claim of inFlight) if (claim.gateway === killed) claim.deadUntilMs ??= this.#nowMs() + LEASE_MS;
    }
    this.#see(await born.call());
  }

  /** The store loses everything; both gateways go on with what they know. */
  async #flush(): Promise<void> {
    const [g1, g2] = this.#gateways;
    // Where a draw was heard of by one of them alone, the other may have lots drawn once more, among more.
    if (g1.known.lottery?.from !== g2.known.lottery?.from) this.#places.forgetTurns();
    g1.store = g2.store = await this.contract.empty();
    await g1.call();
    this.#see(await g2.call());
    this.#seats.forgetBoarding();
    for (const someone of this.#people) {
      // Who is at the upstream is not known any more: that a claim is paid once is the ledger's to keep.
      for (const claim of someone.inFlight) claim.place = null;
      // Nor is what dead gateways had there, whose connections ended with them.
      someone.inFlight = someone.inFlight.filter(({ deadUntilMs }) => deadUntilMs === null);
    }
  }

  /** A new epoch: the gateways refuse older tickets. */
  async #reset(): Promise<void> {
    const { operators } = this.contract;
    const { revision: from } = await operators.read();
    const { settings } = await operators.amend({
      from,
      overrides: '',
      record: 'r',
      head: 'h',
      begins: 'epoch',
      calls: 0,
    });
    this.#revision = Math.max(this.#revision, settings.revision);
    this.#epoch++;
    this.#seats.endAll();
    for (const someone of this.#people) someone.ticket = null;
    this.#configure();
    for (const gateway of this.#gateways) this.#see(await gateway.call());
  }

  async #endSessions(): Promise<void> {
    const [g1] = this.#gateways;
    g1.known = { ...g1.known, sessionsEndedUs: this.#nowUs() };
    this.#see(await g1.call());
    this.#seats.endAll();
    // What begins at the very microsecond of the word is over by it, too.
    await this.#advance(1, false);
  }

  #see({ view }: Done): void {
    expect(view.epoch).toBe(this.#epoch);
    this.#places.see(view);
  }

  /** Whether the store knows that a claim with this ticket is at the service. */
  #isInside({ place, enteredMs }: InFlight, ticket: Place | null): boolean {
    return samePlace(place, ticket) && this.#nowMs() <= enteredMs + LEASE_MS;
  }

  #gateway(second: boolean): StoreGateway {
    return this.#gateways[second ? 1 : 0];
  }

  #nowMs(): number {
    return this.contract.clock.monotonicUs() / 1000;
  }

  #nowUs(): number {
    return this.contract.clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000;
  }

  #configure(): void {
    const key = String(this.#epoch % 10).repeat(40);
    const settings: ExchangeSettings = {
      ...SETTINGS,
      revision: this.#revision,
      door: this.door.bucket,
      horizonUs: 0,
      slots: SLOTS,
      open: this.#open,
      graceMs: 3000,
      slotLeaseMs: LEASE_MS,
      skip: 20,
      sessions: this.#seats.settings,
      lottery: this.made.lottery ? { key, drawAtUs: this.#drawAtUs } : null,
    };
    for (const gateway of this.#gateways) gateway.settings = settings;
  }
}
