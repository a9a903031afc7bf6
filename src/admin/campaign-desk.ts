/**
 * Changes of one campaign by its operators. Each change is made from the newest settings there are, with its audit
 * record in the same step; two people who change at once are told apart by the revision they started from.
 */
import { type EffectiveSettings, valuesOf } from '../campaign/overrides.js';
import type { Overrides } from '../config/override-schema.js';
import { overridesText, type Revert, readRevert } from '../config/read-overrides.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { waitingIn } from '../waiting-room/standing.js';
import { Amendments, type Facts, NOTHING_ELSE, type OperatedCampaign, type Order, type Outcome } from './amendments.js';
import { CampaignDeeds } from './campaign-deeds.js';
import { type BodyFault, type Patch, patched } from './changes.js';
import { duration, effectOf } from './effect.js';

const REVERT_AGAIN_MS = 1000;

export class CampaignDesk {
  readonly deeds: CampaignDeeds;
  readonly #amendments: Amendments;
  #reverting: Timer | null = null;

  constructor(
    readonly campaign: OperatedCampaign,
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
    this.#amendments = new Amendments(campaign, logger);
    this.deeds = new CampaignDeeds(campaign, this.#amendments);
    campaign.live.onChange(() => this.#awaitRevert());
    this.#awaitRevert();
  }

  stop(): void {
    this.#reverting?.cancel();
  }

  /** @param revertAfterSeconds - then what was before holds again; null: the change stays */
  change(patch: Patch, order: Order, revertAfterSeconds: number | null = null): Promise<Outcome> {
    return this.#settle('change', (current) => patched(current, patch), order, revertAfterSeconds);
  }

  clear(order: Order): Promise<Outcome> {
    return this.#settle('clear', () => ({}), order);
  }

  async #settle(
    action: 'change' | 'clear',
    next: (current: Overrides) => Overrides,
    order: Order,
    revertAfterSeconds: number | null = null,
  ): Promise<Outcome> {
    const { live, link } = this.campaign;
    return this.#amendments.attempt(order, async (stored) => {
      const before = live.effective;
      const after = live.with(next(before.overrides));
      const faults = faultsOf(after, live.configured);
      if (faults.length > 0) return { kind: 'wrong', faults };
      const effect = [
        ...this.#effect(before, after),
        ...revertSentences(revertAfterSeconds, readRevert(stored.overrides) !== null),
      ];
      const { revision } = stored;
      if (order.dryRun) return { kind: 'dry-run', revision, effect };
      if (sameOverrides(before.overrides, after.overrides)) return { kind: 'unchanged', revision, effect };
      const facts = { action, ...difference(before, after) };
      const revert = this.#revertOf(before.overrides, revertAfterSeconds, order);
      const result = await this.#amendments.write(
        stored,
        overridesText(after.overrides, revert),
        facts,
        NOTHING_ELSE,
        order,
      );
      if (result.kind === 'stale') return null;
      // The service's word that the budget is gone gives way to the operator's.
      if (after.overrides.state === 'open' && before.overrides.state !== 'open') link.declareSoldOut(false);
      return { kind: 'done', revision: result.settings.revision, effect };
    });
  }

  #revertOf(overrides: Overrides, afterSeconds: number | null, { who, reason }: Order): Revert | null {
    if (afterSeconds === null) return null;
    return { atMs: this.campaign.nowMs() + afterSeconds * 1000, overrides, who, reason };
  }

  /** Every gateway waits for the moment; the first to write makes the change, and the others find it made. */
  #awaitRevert(againMs = 0): void {
    this.#reverting?.cancel();
    const revert = readRevert(this.campaign.live.stored.overrides);
    if (revert === null) return;
    const inMs = Math.max(againMs, revert.atMs - this.campaign.nowMs());
    this.#reverting = this.clock.after(inMs, () => {
      this.#revert().catch((err: unknown) => {
        if (!(err instanceof StoreUnavailableError)) {
          this.logger.error({ err, campaign: this.campaign.id }, 'A change could not be taken back');
        }
        this.#awaitRevert(REVERT_AGAIN_MS);
      });
    });
  }

  async #revert(): Promise<void> {
    const { live, link, nowMs } = this.campaign;
    const anybody: Order = { who: '', reason: '', from: null, dryRun: false };
    await this.#amendments.attempt(anybody, async (stored) => {
      const revert = readRevert(stored.overrides);
      const { revision } = stored;
      if (revert === null || revert.atMs > nowMs()) return { kind: 'unchanged', revision, effect: [] };
      const [before, after] = [live.effective, live.with(revert.overrides)];
      const order = { ...anybody, who: revert.who, reason: `taken back as ordered: ${revert.reason}` };
      const facts = { action: 'revert' as const, ...difference(before, after) };
      const result = await this.#amendments.write(
        stored,
        overridesText(after.overrides, null),
        facts,
        NOTHING_ELSE,
        order,
      );
      if (result.kind === 'stale') return null;
      if (after.overrides.state === 'open' && before.overrides.state !== 'open') link.declareSoldOut(false);
      return { kind: 'done', revision: result.settings.revision, effect: [] };
    });
  }

  #effect(before: EffectiveSettings, after: EffectiveSettings): string[] {
    const { link, stateWith } = this.campaign;
    const seen = ({ overrides }: EffectiveSettings, all: EffectiveSettings) => ({
      values: valuesOf(all),
      state: stateWith(overrides),
    });
    const waiting = link.view === null ? 0 : waitingIn(link.view);
    return effectOf({ waiting, before: seen(before, before), after: seen(after, after) });
  }
}

function revertSentences(afterSeconds: number | null, pending: boolean): string[] {
  const cancelled = pending ? ['The change that was to be taken back by itself stays for good.'] : [];
  if (afterSeconds === null) return cancelled;
  return [`After ${duration(afterSeconds)} what holds now holds again, unless somebody changes something meanwhile.`];
}

function difference(before: EffectiveSettings, after: EffectiveSettings): Pick<Facts, 'before' | 'after'> {
  const [was, is] = [Object.entries(before.overrides), Object.entries(after.overrides)];
  const only = (some: typeof was, others: EffectiveSettings): Record<string, unknown> =>
    Object.fromEntries(some.filter(([name, value]) => (others.overrides as Record<string, unknown>)[name] !== value));
  return { before: only(was, after), after: only(is, before) };
}

function sameOverrides(a: Overrides, b: Overrides): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name as keyof Overrides] === b[name as keyof Overrides]);
}

/** What the limits of single values do not say. */
function faultsOf({ campaign, overrides }: EffectiveSettings, { upstream }: EffectiveSettings): BodyFault[] {
  const faults: BodyFault[] = [];
  const { graceMs, poll } = campaign.queue;
  if (overrides.graceMs !== undefined && graceMs <= poll.maxMs) {
    const problem = `Somebody who polls as told, every ${poll.maxMs} ms, would learn of the call after it has lapsed.`;
    faults.push({ path: 'graceMs', problem, cure: `Give more than ${poll.maxMs}, with some seconds to spare.` });
  }
  const { concurrency } = upstream;
  if (overrides.concurrencyLimit === undefined) return faults;
  if (concurrency.mode !== 'fixed') {
    const problem = `The upstream's limit is learned (${concurrency.mode}), not set.`;
    faults.push({ path: 'concurrencyLimit', problem, cure: 'Leave it out, or set concurrency.mode to fixed.' });
  } else if (overrides.concurrencyLimit > concurrency.limit) {
    const problem = `The configuration has ${concurrency.limit}, and no more connections than that are made.`;
    faults.push({ path: 'concurrencyLimit', problem, cure: `Give at most ${concurrency.limit}, or raise it there.` });
  }
  return faults;
}
