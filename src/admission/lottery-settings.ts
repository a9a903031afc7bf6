/** What the store is told of a campaign's drawing of lots: by which key, and from when. */
import { hkdfSync } from 'node:crypto';
import type { EffectiveSettings } from '../campaign/overrides.js';
import { lotteryKey } from '../waiting-room/lottery.js';
import { STORE_TIME_ORIGIN_MS } from './exchange.js';
import type { LotterySettings } from './exchange-settings.js';

/**
 * @param secret - the same on every gateway, who then make the same key of it
 * @returns null where the order is that of joining
 */
export function lotterySettings(
  { campaign, overrides }: EffectiveSettings,
  epoch: number,
  secret: Uint8Array,
): LotterySettings | null {
  const { order, opensAt } = campaign.schedule;
  if (order !== 'lottery') return null;
  const key = lotteryKey(
    new Uint8Array(hkdfSync('sha256', secret, '', `spillway lottery ${campaign.id} ${epoch}`, 32)),
  );
  const opened = opensAt === null || overrides.state === 'open';
  return { key, drawAtUs: opened ? 0 : Math.max(0, (Date.parse(opensAt) - STORE_TIME_ORIGIN_MS) * 1000) };
}
