/** What holds of a campaign when operators' overrides and the file are put together: the overrides win. */
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { Overrides } from '../config/override-schema.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';

export interface EffectiveSettings {
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  readonly overrides: Overrides;
}

export function withOverrides(
  campaign: CampaignConfig,
  upstream: UpstreamConfig,
  overrides: Overrides,
): EffectiveSettings {
  const { admission, queue } = campaign;
  const { concurrency } = upstream;
  return {
    overrides,
    campaign: {
      ...campaign,
      admission: {
        ...admission,
        ratePerSecond: overrides.ratePerSecond ?? admission.ratePerSecond,
        burst: overrides.burst ?? admission.burst,
      },
      queue: {
        ...queue,
        maxWaiting: overrides.maxWaiting ?? queue.maxWaiting,
        graceMs: overrides.graceMs ?? queue.graceMs,
      },
    },
    upstream: {
      ...upstream,
      concurrency: {
        ...concurrency,
        limit: Math.min(concurrency.limit, overrides.concurrencyLimit ?? concurrency.limit),
      },
    },
  };
}

/** What holds, under the names by which it is overridden; null for `state`: schedule and budget decide. */
export function valuesOf({ campaign, upstream, overrides }: EffectiveSettings) {
  return {
    ratePerSecond: campaign.admission.ratePerSecond,
    burst: campaign.admission.burst,
    concurrencyLimit: upstream.concurrency.limit,
    maxWaiting: campaign.queue.maxWaiting,
    graceMs: campaign.queue.graceMs,
    state: overrides.state ?? null,
  };
}

/** Whole settings, by the names of `Overrides`. */
export type SettingValues = ReturnType<typeof valuesOf>;
