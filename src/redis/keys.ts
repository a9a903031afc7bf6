/**
 * Every Redis key Spillway touches. The braces are a Redis Cluster hash tag: all campaigns of one upstream share a
 * slot, so that one script may touch their buckets, their line and the upstream's slots together.
 */
export interface CampaignKeys {
  /** In the order in which `exchange.lua` takes them. */
  readonly fixed: readonly string[];
  /** Put before a bucket's own name. */
  readonly bucketPrefix: string;
  /** Put before the name of an entry in the ledger. */
  readonly claimPrefix: string;
}

export function campaignKeys(prefix: string, upstream: string, campaign: string): CampaignKeys {
  const shared = `${prefix}:{${upstream}}`;
  const own = `${shared}:${campaign}`;
  const names = [
    'line',
    'who',
    'came0',
    'came1',
    'spent0',
    'spent1',
    'door',
    'inside',
    'units',
    'marks',
    'seats',
    'boarding',
    'ends',
  ];
  return {
    fixed: [slotsKey(prefix, upstream), ...names.map((name) => `${own}:${name}`)],
    bucketPrefix: `${own}:bucket:`,
    claimPrefix: `${own}:claim:`,
  };
}

/**
 * What one lane of a campaign keeps, under a tag of its own: another slot, and so perhaps another shard.
 * @param lane - from 0
 */
export function laneKeys(
  prefix: string,
  campaign: string,
  lane: number,
): Pick<CampaignKeys, 'bucketPrefix' | 'claimPrefix'> & { readonly who: string } {
  const own = `${prefix}:{${laneTag(campaign, lane)}}`;
  return { who: `${own}:who`, bucketPrefix: `${own}:bucket:`, claimPrefix: `${own}:claim:` };
}

/** Put before the name of an entry whose answer a lane keeps; none where there is one lane only. */
export function claimPrefixesOfLanes(prefix: string, campaign: string, lanes: number): string[] {
  if (lanes === 1) return [];
  return Array.from({ length: lanes }, (_, lane) => laneKeys(prefix, campaign, lane).claimPrefix);
}

/** Into how many lanes the claimants of an upstream's campaigns are divided. */
export function laneCountKey(prefix: string, upstream: string): string {
  return `${prefix}:{${upstream}}:lanes`;
}

/** No upstream has such a name: their ids hold no colon. */
export function laneTag(campaign: string, lane: number): string {
  return `${campaign}:${lane}`;
}

/** The hash of all claims granted. */
export function marksKey(prefix: string, upstream: string, campaign: string): string {
  return `${prefix}:{${upstream}}:${campaign}:marks`;
}

/** The slots of an upstream, of all gateways. */
export function slotsKey(prefix: string, upstream: string): string {
  return `${prefix}:{${upstream}}:slots`;
}

/**
 * Written to find out whether a shard takes writes; nothing reads it.
 * @param tag - of an upstream, or of a lane
 */
export function probeKey(prefix: string, tag: string): string {
  return `${prefix}:{${tag}}:probe`;
}

/** Where the operators' settings of a campaign are, and the log of who set what. */
export interface SettingsKeys {
  readonly line: string;
  readonly who: string;
  readonly door: string;
  readonly audit: string;
  readonly units: string;
  readonly marks: string;
  readonly seats: string;
}

export function settingsKeys(prefix: string, upstream: string, campaign: string): SettingsKeys {
  const own = `${prefix}:{${upstream}}:${campaign}`;
  const [line, who, door, audit] = [`${own}:line`, `${own}:who`, `${own}:door`, `${own}:audit`];
  return { line, who, door, audit, units: `${own}:units`, marks: `${own}:marks`, seats: `${own}:seats` };
}

/** Stands in an upstream's place for what belongs to no upstream; none has such a name. */
export const NO_UPSTREAM = '_gateways';

/** The log of what operators did to gateways. */
export function gatewaysLogKeys(prefix: string): SettingsKeys {
  return settingsKeys(prefix, NO_UPSTREAM, 'log');
}

/**
 * Put before the name of a bucket that belongs to no campaign.
 * @param limiter - names the set of buckets that share a slot
 * @throws RangeError when it is empty or holds a brace: its buckets would be spread over slots
 */
export function limiterBucketPrefix(prefix: string, limiter: string): string {
  if (!/^[^{}]+$/.test(limiter)) throw new RangeError(`The limiter's name '${limiter}' is empty or holds a brace`);
  return `${prefix}:limiter:{${limiter}}:`;
}
