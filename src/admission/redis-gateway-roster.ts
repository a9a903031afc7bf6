/** Gateways on one Redis, from the slots of each upstream. */
import { slotsKey } from '../redis/keys.js';
import type { Script } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { GatewayRoster, GatewaySighting } from './gateway-roster.js';

export interface RedisGatewayRosterOptions {
  readonly callsOf: (upstream: string) => StoreCalls;
  readonly script: Script;
  readonly keyPrefix: string;
  readonly upstreams: () => readonly string[];
}

export class RedisGatewayRoster implements GatewayRoster {
  constructor(private readonly options: RedisGatewayRosterOptions) {}

  async seen(): Promise<readonly GatewaySighting[]> {
    return (await Promise.all(this.options.upstreams().map((upstream) => this.#at(upstream)))).flat();
  }

  async #at(upstream: string): Promise<GatewaySighting[]> {
    const { callsOf, script, keyPrefix } = this.options;
    const wire = (await callsOf(upstream).call(script, [slotsKey(keyPrefix, upstream)], [])) as ReadonlyArray<
      string | number
    >;
    return Array.from({ length: wire.length / 3 }, (_, at) => ({
      gateway: String(wire[3 * at]),
      upstream,
      seenMsAgo: Number(wire[3 * at + 1]),
      slotsInUse: Number(wire[3 * at + 2]),
    }));
  }
}
