/** Limits, ledger and outcomes. */
import type { Path } from '../path.js';
import type { Rule } from '../rule.js';
import type { CampaignConfig } from '../schema.js';

/** Waits are counted in milliseconds; a bucket that is full again within one never makes anybody wait. */
const MOST_REFILLS_PER_SECOND = 1000;
const LONGEST_REFILL_SECONDS = 366 * 86_400;

const neverRefuses: Rule = {
  id: 'limit-never-refuses',
  verdict: 'refused',
  problem: 'The bucket is full again within a millisecond, so this limit refuses nothing.',
  cure: 'Lower refillPerSecond; it counts what one key may do, not the whole crowd.',
  *find({ campaigns }) {
    for (const { limit, path } of limitsOf(campaigns)) {
      if (limit.refillPerSecond <= limit.capacity * MOST_REFILLS_PER_SECOND) continue;
      const compared = [[...path, 'capacity']];
      yield { path: [...path, 'refillPerSecond'], value: limit.refillPerSecond, compared };
    }
  },
};

const neverRefills: Rule = {
  id: 'limit-never-refills',
  verdict: 'refused',
  problem: 'The bucket takes more than a year to fill again.',
  cure: 'Raise refillPerSecond, or lower capacity.',
  *find({ campaigns }) {
    for (const { limit, path } of limitsOf(campaigns)) {
      if (limit.capacity / limit.refillPerSecond <= LONGEST_REFILL_SECONDS) continue;
      yield { path: [...path, 'capacity'], value: limit.capacity, compared: [[...path, 'refillPerSecond']] };
    }
  },
};

const aboveDoor: Rule = {
  id: 'limit-above-door',
  verdict: 'warned',
  problem: 'One key may do more than the whole campaign: the limit never bites before the door does.',
  cure: 'Lower refillPerSecond and capacity to what one claimant needs.',
  *find({ campaigns }) {
    for (const { limit, path, campaign } of limitsOf(campaigns)) {
      const { ratePerSecond, burst } = campaign.admission;
      if (limit.refillPerSecond < ratePerSecond || limit.capacity < burst) continue;
      const compared = [[path[0]!, path[1]!, 'admission'], path];
      yield { path: [...path, 'refillPerSecond'], value: limit.refillPerSecond, compared };
    }
  },
};

const ledgerNotIdempotent: Rule = {
  id: 'ledger-not-idempotent',
  verdict: 'warned',
  problem: 'The service does not honour Idempotency-Key: a claim repeated after a lost answer may be paid twice.',
  cure: 'Let the service honour the key and set idempotent of the upstream to true.',
  *find({ campaigns, upstreams }) {
    for (const [index, { claims, upstream }] of campaigns.entries()) {
      if (claims.mode === 'off' || upstreams.find(({ id }) => id === upstream)?.idempotent !== false) continue;
      yield { path: ['campaigns', index, 'claims', 'mode'], value: claims.mode, compared: [['upstreams']] };
    }
  },
};

const conditionEmpty: Rule = {
  id: 'condition-empty',
  verdict: 'refused',
  problem: 'Without a condition every answer of the service matches.',
  cure: 'Give status, header or json.',
  *find({ campaigns }) {
    for (const [index, { claims, budget }] of campaigns.entries()) {
      const at: Path = ['campaigns', index];
      if (isEmpty(budget.soldOutWhen)) yield { path: [...at, 'budget', 'soldOutWhen'], value: {} };
      for (const [outcome, conditions] of Object.entries(claims.outcomes)) {
        for (const [position, condition] of (conditions ?? []).entries()) {
          const path = [...at, 'claims', 'outcomes', outcome, position];
          if (isEmpty(condition)) yield { path, value: {} };
        }
      }
    }
  },
};

const shadow: Rule = {
  id: 'shadow',
  verdict: 'warned',
  problem: 'Nothing is refused: the service gets everything that arrives.',
  cure: 'Set shadow to false before the campaign opens.',
  *find({ campaigns }) {
    for (const [index, campaign] of campaigns.entries()) {
      if (campaign.shadow) yield { path: ['campaigns', index, 'shadow'], value: true };
    }
  },
};

function* limitsOf(campaigns: readonly CampaignConfig[]) {
  for (const [number, campaign] of campaigns.entries()) {
    for (const [index, limit] of campaign.limits.entries()) {
      yield { campaign, limit, path: ['campaigns', number, 'limits', index] };
    }
  }
}

function isEmpty(condition: object): boolean {
  return Object.values(condition).every((value) => value === undefined);
}

export const claimRules: readonly Rule[] = [
  neverRefuses,
  neverRefills,
  aboveDoor,
  ledgerNotIdempotent,
  conditionEmpty,
  shadow,
];
