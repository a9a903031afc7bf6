/** The campaign document: the same bytes for everybody, made anew when the line or the state has changed. */

import { publishedRemaining, remainingOf } from '../claims/budget.js';
import { commitmentTo, type Lottery } from '../waiting-room/lottery.js';
import { SHARE_OF_WAIT } from '../waiting-room/poll-schedule.js';
import { waitingIn } from '../waiting-room/standing.js';
import type { CampaignContext } from './campaign-context.js';

/** No document is older than this when the line moves, in milliseconds. */
const FRESH_MS = 100;
/** A rounded number of waiting people has two leading digits. */
const DIGITS = 2;

export class CampaignDocument {
  #bytes = Buffer.alloc(0);
  #madeAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly context: CampaignContext) {}

  bytes(): Buffer {
    const nowMs = this.context.nowMs();
    if (Math.abs(nowMs - this.#madeAtMs) >= FRESH_MS) {
      this.#madeAtMs = nowMs;
      this.#bytes = Buffer.from(JSON.stringify(this.#document(nowMs)));
    }
    return this.#bytes;
  }

  #document(nowMs: number): object {
    const { config, link } = this.context;
    const { view } = link;
    const waiting = view === null ? 0 : waitingIn(view);
    const { nearMs, maxMs } = config.queue.poll;
    const pace = view === null || view.callsPerSecond === 0 ? this.context.ratePerSecond() : view.callsPerSecond;
    // Whoever computes the own place comes back as soon as whoever asks for it.
    const shareOfWait = (SHARE_OF_WAIT * pace) / this.context.recentPace.orBetter(pace);
    return {
      campaign: config.id,
      state: this.context.state(),
      epoch: view?.epoch ?? 1,
      head: view?.heads[0] ?? 0,
      tail: view?.tails[0] ?? 0,
      waiting: config.publish.waiting === 'exact' ? waiting : rounded(waiting),
      callsPerSecond: round1(pace),
      opensAt: config.schedule.opensAt,
      closesAt: config.schedule.closesAt,
      remaining: publishedRemaining(
        view === null ? config.budget.claims : remainingOf(view.claims, config.budget.claims),
        config.publish.remaining,
      ),
      poll: { nearMs, maxMs, shareOfWait: Math.round(shareOfWait * 100) / 100 },
      updatedAt: new Date(nowMs).toISOString(),
      ...(view === null || view.lottery === null ? {} : { lottery: publishedLottery(view.lottery) }),
    };
  }
}

/** Before the draw, the commitment to its key; after it, the key and the numbers that it put in order. */
function publishedLottery({ key, from, to }: Lottery): object {
  const commitment = commitmentTo(key);
  return from === 0 ? { commitment, key: null, from: null, to: null } : { commitment, key, from, to };
}

function rounded(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - (DIGITS - 1));
  return Math.round(count / unit) * unit;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
