/** Gateways that were at a store lately: each writes its share of slots there with every call. */
export interface GatewaySighting {
  readonly gateway: string;
  /** The upstream for which it was seen. */
  readonly upstream: string;
  readonly seenMsAgo: number;
  readonly slotsInUse: number;
}

export interface GatewayRoster {
  /** @throws StoreUnavailableError */
  seen(): Promise<readonly GatewaySighting[]>;
}
