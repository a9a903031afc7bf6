/** The instruments of the process itself: its requests, its event loop, its configuration. */
import { performance } from 'node:perf_hooks';
import type { Families } from './families.js';
import type { Counter, Gauge, Histogram } from './instruments.js';
import {
  ADDRESS_REFUSALS,
  ADMIN_ACTIONS,
  type AddressRefusalReason,
  type AdminAction,
  type AdminResult,
  BAN_STEPS,
  type BanStep,
  RELOAD_RESULTS,
  type ReloadResult,
  ROUTES,
  type Route,
} from './vocabulary.js';

/** What the process knows of itself, read when somebody scrapes. */
export interface GatewayFacts {
  /** Open client connections. */
  readonly connections: number;
  readonly draining: boolean;
  /** 0: nobody is turned away. */
  readonly shedThreshold: number;
  readonly workers: number;
}

/** Two looks closer than this get the same answer, so that two scrapers do not halve each other's window. */
const SHORTEST_WINDOW_MS = 500;

export class GatewayMetrics {
  /** Asked for with every claim: a family would make its key anew each time. */
  readonly #overheads = new Map<Route, Histogram>();

  constructor(private readonly families: Families) {}

  /** In seconds: time added by the gateway, without the upstream's and without waiting. */
  overhead(route: Route): Histogram {
    let overhead = this.#overheads.get(route);
    if (overhead === undefined) {
      overhead = this.families.histograms.overhead.of(route);
      this.#overheads.set(route, overhead);
    }
    return overhead;
  }

  inFlight(route: Route): Gauge {
    return this.families.gauges.requestsInFlight.of(route);
  }

  /** Registers what the process's gauges are read from. The object may be changed in place. */
  mirror(facts: GatewayFacts): void {
    const { gauges } = this.families;
    gauges.connections.of().readFrom(() => facts.connections);
    gauges.shedThreshold.of().readFrom(() => facts.shedThreshold);
    gauges.draining.of().readFrom(() => (facts.draining ? 1 : 0));
    gauges.workers.of().readFrom(() => facts.workers);
  }

  /** A configuration came into force. @param atMs - in Unix milliseconds */
  configured(revision: string, atMs: number): void {
    const { configInfo, configReloadSuccessful, configReloadTimestamp } = this.families.gauges;
    configInfo.clear();
    configInfo.of(revision).set(1);
    configReloadSuccessful.of().set(1);
    configReloadTimestamp.of().set(atMs / 1000);
  }

  /** The configuration was read anew. One that is refused leaves the one before in force. */
  reloaded(result: ReloadResult): void {
    this.families.counters.configReloads.of(result).inc();
    const taken = result === 'applied' || result === 'unchanged';
    this.families.gauges.configReloadSuccessful.of().set(taken ? 1 : 0);
  }

  /** Lines that the log left out. */
  logLinesDropped(): Counter {
    return this.families.counters.logLinesDropped.of();
  }

  /** Counts what addresses are refused for. */
  get addresses(): { banned(step: BanStep): void; refused(reason: AddressRefusalReason): void } {
    const { addressBans, addressRefusals } = this.families.counters;
    return {
      banned: (step) => addressBans.of(step).inc(),
      refused: (reason) => addressRefusals.of(reason).inc(),
    };
  }

  /** An operator asked for something. */
  acted(action: AdminAction, result: AdminResult): void {
    this.families.counters.adminActions.of(action, result).inc();
  }

  begin(version: string): void {
    const { gauges } = this.families;
    gauges.buildInfo.of(version, process.version).set(1);
    for (const route of ROUTES) this.inFlight(route).set(0);
    for (const action of ADMIN_ACTIONS) this.families.counters.adminActions.of(action, 'done');
    for (const step of BAN_STEPS) this.families.counters.addressBans.of(step);
    for (const reason of ADDRESS_REFUSALS) this.families.counters.addressRefusals.of(reason);
    for (const result of RELOAD_RESULTS) this.families.counters.configReloads.of(result);
    for (const route of ['claim', 'pass'] as const) this.overhead(route);
    gauges.eventLoop.of().readFrom(eventLoopReader());
  }
}

function eventLoopReader(): () => number {
  let since = performance.eventLoopUtilization();
  let sinceMs = performance.now();
  let share = 0;
  return () => {
    const nowMs = performance.now();
    if (nowMs - sinceMs >= SHORTEST_WINDOW_MS) {
      const now = performance.eventLoopUtilization();
      share = performance.eventLoopUtilization(now, since).utilization;
      since = now;
      sinceMs = nowMs;
    }
    return share;
  };
}
