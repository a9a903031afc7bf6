/** People who arrive at a simulated line, claim, poll as told, and claim again when called. */
import type { Decision, Pass } from '../../src/admission/decision.js';
import type { Place } from '../../src/waiting-room/place.js';
import { crowdStretch } from '../../src/waiting-room/poll-schedule.js';
import { standingOf, waitingIn } from '../../src/waiting-room/standing.js';
import { ticketDocument } from '../../src/waiting-room/ticket-document.js';
import type { SimulatedClock } from './simulated-clock.js';
import { CAMPAIGN, type SimulatedGateway, type SimulatedService, type World } from './simulated-line.js';

/** The way to the gateway and back, in milliseconds. */
const ROUND_TRIP_MS = 10;

export interface Crowd {
  readonly people: number;
  readonly overMs: number;
  /** Share of people who never come when they are called. */
  readonly noShow: number;
  /** Which gateway a person goes to; default: any, evenly. */
  readonly gatewayOf?: (person: number) => number;
}

export class Person {
  servedUs: number | null = null;
  place: Place | null = null;
  toldMs = 0;
  numbers: number[] = [];

  constructor(
    readonly arrivedUs: number,
    readonly comes: boolean,
  ) {}
}

export class Crowds {
  readonly people: Person[] = [];
  readonly claimsUs: number[] = [];
  readonly pollsUs: number[] = [];
  lapses = 0;
  failures = 0;
  /** From when a claim is let go until its connection takes it, in milliseconds. */
  wayOutMs: () => number = () => 0;
  readonly #clock: SimulatedClock;

  constructor(
    private readonly world: World,
    private readonly service: SimulatedService,
  ) {
    this.#clock = world.options.clock;
  }

  get served(): number {
    return this.people.filter((person) => person.servedUs !== null).length;
  }

  arrive(crowd: Crowd): void {
    const { random, gateways } = this.world;
    const startUs = this.#clock.monotonicUs();
    for (let at = 0; at < crowd.people; at++) {
      const delayMs = (crowd.overMs * (at + random())) / crowd.people;
      const person = new Person(startUs + delayMs * 1000, random() >= crowd.noShow);
      const gateway = gateways[crowd.gatewayOf?.(at) ?? Math.floor(random() * gateways.length)]!;
      const name = this.people.push(person);
      this.#clock.after(delayMs, () => this.#claim(person, gateway, `c${name}`));
    }
  }

  #claim(person: Person, gateway: SimulatedGateway, claimant: string): void {
    this.claimsUs.push(this.#clock.monotonicUs());
    const request = { claimant, place: person.place, toldMs: person.toldMs, buckets: [] };
    const known = gateway.admission.known(request);
    if (known !== null) this.#decided(person, gateway, claimant, known);
    else gateway.admission.claim(request, (decision) => this.#decided(person, gateway, claimant, decision));
  }

  #decided(person: Person, gateway: SimulatedGateway, claimant: string, decision: Decision): void {
    switch (decision.kind) {
      case 'admit':
        this.#serve(person, decision.pass);
        return;
      case 'wait':
        if (person.place !== null && !same(person.place, decision.place)) person.toldMs = 0;
        if (decision.joined) person.numbers.push(decision.place.number);
        person.place = decision.place;
        if (person.comes) this.#comeBack(person, gateway, claimant);
        return;
      default:
        this.failures++;
        this.#clock.after(1000, () => this.#claim(person, gateway, claimant));
    }
  }

  /** A claim that was let go is written when its way out is free. */
  #serve(person: Person, pass: Pass): void {
    const leaver = {
      leave: () => {
        if (pass.mayLeave(leaver)) this.#handOver(person, pass);
      },
      stay: () => pass.finish('open', 'ignored'),
    };
    const wayOutMs = this.wayOutMs();
    if (wayOutMs === 0) leaver.leave();
    else this.#clock.after(wayOutMs, leaver.leave);
  }

  #handOver(person: Person, pass: Pass): void {
    person.servedUs = this.#clock.monotonicUs();
    this.service.serve(() => pass.finish('final', 'success'));
  }

  /** Reads the document, waits as told, and polls or claims. */
  #comeBack(person: Person, gateway: SimulatedGateway, claimant: string): void {
    const document = this.#document(person, gateway);
    this.#clock.after(document.pollAfterMs + ROUND_TRIP_MS, () => {
      if (document.state !== 'waiting') return this.#claim(person, gateway, claimant);
      this.pollsUs.push(this.#clock.monotonicUs());
      gateway.link.touch();
      const now = this.#document(person, gateway);
      if (now.state === 'lapsed') this.lapses++;
      if (now.state === 'waiting') this.#comeBack(person, gateway, claimant);
      else this.#clock.after(ROUND_TRIP_MS, () => this.#claim(person, gateway, claimant));
    });
  }

  #document(person: Person, gateway: SimulatedGateway): ReturnType<typeof ticketDocument> {
    const { view } = gateway.link;
    const { pace } = this.world.options;
    const { graceMs, poll } = CAMPAIGN.queue;
    const place = person.place!;
    const standing = standingOf(place, person.toldMs, view!, {
      graceMs,
      ratePerSecond: pace.ratePerSecond,
      openInMs: this.world.opensInMs(),
      recentPace: gateway.recentPace,
    });
    if (standing.kind === 'called' && person.toldMs === 0) person.toldMs = view!.lineMs;
    const recent = gateway.recentPace.orBetter(view!.callsPerSecond || pace.ratePerSecond);
    const stretch = crowdStretch(waitingIn(view!), recent, view!.gateways, poll);
    const facts = {
      campaign: 'lny',
      ticket: '',
      standing,
      waiting: waitingIn(view!),
      gateways: view!.gateways,
      graceLeftMs: null,
      stretch,
      wallMs: 0,
    };
    return ticketDocument(facts, poll, this.world.random);
  }
}

function same(a: Place, b: Place): boolean {
  return a.line === b.line && a.number === b.number;
}
