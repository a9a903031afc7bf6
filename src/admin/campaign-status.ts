/** A campaign as its operators see it. */
import { valuesOf } from '../campaign/overrides.js';
import { isSoldOut, remainingOf } from '../claims/budget.js';
import { readRevert } from '../config/read-overrides.js';
import { effectiveRate } from '../overload/effective-rate.js';
import { waitingIn } from '../waiting-room/standing.js';
import type { OperatedCampaign } from './amendments.js';

export function campaignStatus({ id, live, link, stateWith, nowMs }: OperatedCampaign) {
  const { effective, configured, revision } = live;
  const { campaign, overrides } = effective;
  const { view } = link;
  return {
    campaign: id,
    upstream: campaign.upstream,
    revision,
    state: stateWith(overrides),
    /** What holds. */
    settings: valuesOf(effective),
    overrides,
    /** When what was before the last change holds again; null: it stays. */
    revertsAt: revertsAt(live.stored.overrides),
    /** Claims per second now: what the service bears of what it is set to. */
    effectiveRatePerSecond: effectiveRate(effective.campaign.admission.ratePerSecond, view?.pace.rateMilli ?? 0),
    /** What would hold without overrides. */
    configured: valuesOf(configured),
    opensAt: campaign.schedule.opensAt,
    closesAt: campaign.schedule.closesAt,
    line:
      view === null
        ? null
        : {
            epoch: view.epoch,
            waiting: waitingIn(view),
            head: view.heads[0],
            tail: view.tails[0],
            atDoor: view.atDoor,
            callsPerSecond: view.callsPerSecond,
            noShowRatio: 1 - view.show,
          },
    claims:
      view === null
        ? null
        : {
            ...view.claims,
            soldOut: isSoldOut(view.claims, campaign.budget.claims),
            remaining: remainingOf(view.claims, campaign.budget.claims),
          },
    /** Taken by sessions and by claims on their way to one; null: the campaign has none. */
    sessions:
      campaign.session === null
        ? null
        : { active: view?.seats ?? null, maxActive: campaign.session.maxActive, ttlMs: campaign.session.ttlMs },
    slotsInUse: view?.slotsInUse ?? null,
    gateways: view?.gateways ?? null,
    /** Age of what is said of line and claims; null: the store has not answered yet. */
    seenMsAgo: view === null ? null : Math.max(0, Math.round(link.seenMsAgo)),
    storeAnswers: view !== null && view.local !== true,
    at: new Date(nowMs()).toISOString(),
  };
}

function revertsAt(stored: string): string | null {
  const revert = readRevert(stored);
  return revert === null ? null : new Date(revert.atMs).toISOString();
}
