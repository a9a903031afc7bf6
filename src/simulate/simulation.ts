/** Runs a burst on a virtual clock: the people of a replay, the rooms of a gateway, a model of the service. */
import { type CampaignRooms, joinRooms } from '../admission/campaign-rooms.js';
import { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import { MemorySettingsStore } from '../admission/memory-settings-store.js';
import { MemorySlots } from '../admission/memory-slots.js';
import { SlotAccount } from '../admission/slot-account.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';
import { openLimiter } from '../overload/open-limiter.js';
import { type Readiness, UpstreamSlots } from '../overload/own-slots.js';
import { type BurstOptions, claimantName, personNamed } from '../replay/burst-options.js';
import { type BurstReport, reportBurst } from '../replay/burst-report.js';
import { gather, WHOLE } from '../replay/generator.js';
import { planOf } from '../replay/plan-of.js';
import { seededRandom } from '../replay/seeded-random.js';
import { serviceEvents } from '../replay/service-events.js';
import { Tally } from '../replay/tally.js';
import type { Transport } from '../replay/transport.js';
import { type ScriptedChange, schedule } from './scripted-changes.js';
import type { Names } from './simulated-arrivals.js';
import { SimulatedGateway } from './simulated-gateway.js';
import { type ServiceModel, SimulatedService } from './simulated-service.js';
import { directTransport, gatewayTransport } from './simulated-transport.js';
import { Reporter, TOLD_EVERY_MS, type Told } from './so-far.js';
import { VirtualClock } from './virtual-clock.js';

/** A simulated service has one target, and it is never out of reach. */
const ALWAYS_READY: Readiness = { isOpen: true, probes: 0, isTooMuch: () => false };

export interface SimulationOptions {
  readonly burst: BurstOptions;
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  readonly service: ServiceModel;
  /** One for each of `burst.targets`. False: people reach the service itself. */
  readonly gateway: boolean;
  /** The way of a request to the gateway and back, in milliseconds. */
  readonly roundTripMs: number;
  /** What operators do during the burst. */
  readonly changes: readonly ScriptedChange[];
  /** Wall time of the first moment, in milliseconds since the Unix epoch. */
  readonly startWallMs: number;
}

export interface Simulated {
  readonly report: BurstReport;
  /** How long it took, and how much time went by in it, in milliseconds. */
  readonly tookMs: number;
  readonly virtualMs: number;
}

const OVER_CHECK_TURNS = 16;
const DEADLINE_MS = 40;
/** A gateway that has just started has an empty door: it stands idle for so long, and until the door's bucket is full. */
const IDLE_MS = 1000;

/**
 * The same options give the same report.
 * @param told - hears every `everyMs` of the machine's own time how far it has come
 */
export async function simulate(
  options: SimulationOptions,
  told: Told = () => undefined,
  everyMs = TOLD_EVERY_MS,
): Promise<Simulated> {
  const reporter = new Reporter(told, everyMs);
  const { burst } = options;
  const plan = await planOf(burst);
  const idleMs = IDLE_MS + (1000 * burst.bounds.burst) / burst.bounds.ratePerSecond;
  const clock = new VirtualClock(options.startWallMs - idleMs);
  const service = new SimulatedService(options.service, clock, seededRandom(burst.seed ^ 0x3c6ef372), namesOf(burst));
  const exchanges = new MemoryCampaignStore(new MemorySlots(), clock);
  const settings = new MemorySettingsStore(exchanges);
  const rooms = options.gateway ? openGateways(options, exchanges, settings, clock) : [];
  let ready = 0;
  for (const { link } of rooms) void link.start().then(() => ready++);
  await clock.runUntil(() => ready === rooms.length);
  const idleUntilUs = clock.monotonicUs() + idleMs * 1000;
  clock.after(idleMs, () => undefined);
  await clock.runUntil(() => clock.monotonicUs() >= idleUntilUs);
  for (const { atMs, faults } of serviceEvents(burst)) clock.after(atMs, () => service.setFaults(faults));
  schedule(options.changes, settings, clock);
  const tally = new Tally(plan.arrivesAtUs.length, plan);
  const startUs = clock.monotonicUs();
  let over = false;
  const crowd = gather(burst, plan, WHOLE, transportOf(options, rooms, service, clock), clock, tally);
  void crowd.run().then(() => {
    over = true;
  });
  const virtualMs = (): number => (clock.monotonicUs() - startUs) / 1000;
  await clock.runUntil(() => {
    reporter.look(tally, virtualMs());
    return over;
  }, OVER_CHECK_TURNS);
  for (const { link, door } of rooms) {
    link.stop();
    door.stop();
  }
  const report = reportBurst(burst, tally, service.testify());
  return { report, tookMs: reporter.tookMs, virtualMs: virtualMs() };
}

function namesOf(burst: BurstOptions): Names {
  return {
    personOf: (claimant) => personNamed(burst, claimant),
    nameOf: (person) => claimantName(burst, person),
  };
}

function openGateways(
  { burst, campaign, upstream }: SimulationOptions,
  exchanges: MemoryCampaignStore,
  settings: MemorySettingsStore,
  clock: VirtualClock,
): CampaignRooms[] {
  const random = seededRandom(burst.seed ^ 0x1f83d9ab);
  return burst.targets.map((_, at) =>
    joinRooms({
      campaign,
      upstream,
      slots: new SlotAccount(new UpstreamSlots(openLimiter(upstream.concurrency, clock), ALWAYS_READY)),
      exchanges,
      settings,
      gateway: `gateway-${at + 1}`,
      clock,
      random,
      deadlineMs: DEADLINE_MS,
      generation: `gateway-${at + 1}`,
      claimsSecret: new TextEncoder().encode('the secret of a simulation'),
      ownCookies: [],
      onFault: (fault) => {
        throw fault;
      },
    }),
  );
}

function transportOf(
  { burst, roundTripMs }: SimulationOptions,
  rooms: readonly CampaignRooms[],
  service: SimulatedService,
  clock: VirtualClock,
): Transport {
  if (rooms.length === 0) return directTransport(service, clock, roundTripMs, burst.requestTimeoutMs);
  const random = seededRandom(burst.seed ^ 0x5be0cd19);
  const gateways = rooms.map((one) => new SimulatedGateway(one, service, clock, random));
  return gatewayTransport(gateways, clock, roundTripMs);
}
