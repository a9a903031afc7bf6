/** A campaign's store in lanes, where there are some (decision 13). */
import type { CampaignStore } from '../admission/exchange.js';
import { LanedStore } from '../admission/laned-store.js';
import { RedisLane, RedisLineCopies } from '../admission/redis-lane.js';
import { campaignKeys, laneTag } from '../redis/keys.js';
import type { Scripts } from '../redis/script.js';
import type { Shards } from '../redis/shards.js';

export interface LanesOptions {
  readonly lanes: number;
  /** By the tag of an upstream, and by that of a lane. */
  readonly shards: Shards;
  readonly laneShards: Shards;
  readonly scripts: Scripts;
  readonly keyPrefix: string;
}

/** @param line - the campaign's store without lanes; with only one it stays what it is */
export function inLanes(
  line: CampaignStore,
  { lanes, shards, laneShards, scripts, keyPrefix }: LanesOptions,
  { id: campaign, upstream }: { readonly id: string; readonly upstream: string },
): CampaignStore {
  if (lanes === 1) return line;
  const calls = shards.of(upstream);
  return new LanedStore({
    line,
    lanes: Array.from({ length: lanes }, (_, lane) => {
      return new RedisLane({ calls: laneShards.of(laneTag(campaign, lane)), scripts, keyPrefix, campaign, lane });
    }),
    copies: new RedisLineCopies(calls, scripts, campaignKeys(keyPrefix, upstream, campaign)),
    lineIsAway: () => calls.breaker.state !== 'closed',
  });
}
