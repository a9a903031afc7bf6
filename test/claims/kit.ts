/** Settings of campaigns with a ledger, and what tests of them do in common. */
import type { GatewaySettings } from '../support/gateway.js';

let serial = 0;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A campaign with a ledger and a service that honours keys; patient with a busy machine. */
export function ledgered(
  claims: Record<string, unknown> = {},
  upstream: Record<string, unknown> = {},
  campaign: Record<string, unknown> = {},
): GatewaySettings {
  return {
    campaign: { claims: { mode: 'per-claimant', ...claims }, queue: { holdMs: 50 }, ...campaign },
    upstream: { idempotent: true, timeoutMs: 20_000, ...upstream },
  };
}

/** A Redis of its own keys, patient with a busy machine. */
export function onRedis(url: string): Pick<GatewaySettings, 'redisUrl' | 'store'> {
  return { redisUrl: url, store: { keyPrefix: `k${process.pid}-${serial++}`, deadlineMs: 1500 } };
}
