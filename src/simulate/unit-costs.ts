/**
 * What one request of each kind costs, for estimates of cores and Redis servers. Processor time of one gateway on
 * Node 20 and Redis 7, on the machine that `bench/RESULTS.md` names: one and a half times what it says there, as that
 * machine's speed itself varies by half from one quarter of an hour to the next. Newer processors and newer versions of Node
 * do better. Whoever measures anew changes the numbers here, and nowhere else.
 */
export interface UnitCosts {
  /** Processor time of a gateway a request, in microseconds. */
  readonly gatewayUs: {
    /** A claim that goes through to the service, with its answer (`admitted`, Redis). */
    readonly admitted: number;
    /** A claim that joins the line or is sent back to it (`join`, Redis). */
    readonly queued: number;
    /** A poll with a ticket (`poll`, Redis). */
    readonly poll: number;
  };
  /** Processor time of one Redis a request, in microseconds. Polls ask no store. */
  readonly redisUs: {
    /** Deciding and settling with two buckets, some twenty claims a call. */
    readonly admitted: number;
    /** Joining, some twenty a call (a hundred a call take half of it: `bench/line.mjs`). */
    readonly queued: number;
  };
  /** Part of a core that is left free for what was not foreseen: garbage, other processes, a crowd that comes at once. */
  readonly reserve: number;
}

export const UNIT_COSTS: UnitCosts = {
  gatewayUs: { admitted: 90, queued: 55, poll: 25 },
  redisUs: { admitted: 20, queued: 10 },
  reserve: 0.5,
};
