/** What a campaign shows in the metrics without anybody asking for it. */
import type { CampaignRooms } from '../admission/campaign-rooms.js';
import type { Door } from '../admission/door.js';
import { remainingOf } from '../claims/budget.js';
import type { RoutedContext } from '../http/visit.js';
import type { CampaignMetrics } from '../metrics/campaign-metrics.js';
import type { Metrics } from '../metrics/catalogue.js';
import { waitingIn } from '../waiting-room/standing.js';

/**
 * Places that end without their owners doing anything. Every gateway sees all of them and counts its share, so that
 * the sum over the gateways is right. Of the numbers whose grace is over, those of no-shows lapsed.
 */
export function watchEndings({ link, over }: CampaignRooms, metrics: CampaignMetrics): void {
  const [lapsed, ended] = [metrics.left('lapsed'), metrics.left('ended')];
  let before: readonly [number, number] | null = null;
  /** Null: not seen yet; whoever starts after the end has seen nobody's place end. */
  let wasOver: boolean | null = null;
  link.onView((view) => {
    const share = 1 / Math.max(1, view.gateways);
    if (before !== null) {
      const graceOver = Math.max(0, view.lapsed[0] - before[0]) + Math.max(0, view.lapsed[1] - before[1]);
      lapsed.inc(graceOver * (1 - view.show) * share);
    }
    before = view.lapsed;
    const isOver = over();
    if (isOver && wasOver === false) ended.inc(waitingIn(view) * share);
    wasOver = isOver;
  });
}

export function mirrorCampaign(metrics: Metrics, id: string, current: () => RoutedContext, door: Door): void {
  metrics.campaign(id).mirror({
    get state() {
      return current().state();
    },
    get waiting() {
      const { view } = current().link;
      return view === null ? null : waitingIn(view);
    },
    get maxWaiting() {
      return current().config.queue.maxWaiting;
    },
    get head() {
      return current().link.view?.heads[0] ?? null;
    },
    get tail() {
      return current().link.view?.tails[0] ?? null;
    },
    get noShowRatio() {
      const { view } = current().link;
      return view === null ? null : 1 - view.show;
    },
    get configuredRatePerSecond() {
      return current().config.admission.ratePerSecond;
    },
    get effectiveRatePerSecond() {
      return current().state() === 'open' ? current().ratePerSecond() : 0;
    },
    get burst() {
      return current().config.admission.burst;
    },
    get held() {
      return door.held;
    },
    get sessionsActive() {
      return current().config.session === null ? null : (current().link.view?.seats ?? null);
    },
    get sessionsLimit() {
      return current().config.session?.maxActive ?? null;
    },
    get budgetRemaining() {
      const { view } = current().link;
      return view === null ? null : remainingOf(view.claims, current().config.budget.claims);
    },
  });
}
