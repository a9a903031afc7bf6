/**
 * The coupons the sample claim service has given out. With an idempotency key a repeat gets the coupon of the first
 * time and counts once; without one the service is as naive as most, and every claim is one more grant.
 */
import { createHash } from 'node:crypto';

export interface Grant {
  readonly coupon: string;
  readonly claimant: string;
  readonly campaign: string;
  /** How many grants of this campaign there were, this one included. */
  readonly number: number;
}

export class GrantBook {
  readonly #byKey = new Map<string, Grant>();
  readonly #perCampaign = new Map<string, number>();

  granted(campaign: string): number {
    return this.#perCampaign.get(campaign) ?? 0;
  }

  /** @returns the grant of an earlier claim with the same idempotency key */
  find(campaign: string, key: string | null): Grant | null {
    return key === null ? null : (this.#byKey.get(`${campaign}\n${key}`) ?? null);
  }

  grant(campaign: string, claimant: string, key: string | null): Grant {
    const number = this.granted(campaign) + 1;
    this.#perCampaign.set(campaign, number);
    const grant = { coupon: couponOf(campaign, claimant), claimant, campaign, number };
    if (key !== null) this.#byKey.set(`${campaign}\n${key}`, grant);
    return grant;
  }

  clear(): void {
    this.#byKey.clear();
    this.#perCampaign.clear();
  }
}

/** The same claimant of the same campaign has the same coupon, whenever and however often it is made. */
export function couponOf(campaign: string, claimant: string): string {
  const digest = createHash('sha256').update(`${campaign}\n${claimant}`).digest('hex');
  return `RP-${digest.slice(0, 12).toUpperCase()}`;
}
