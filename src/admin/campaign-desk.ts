/**
 * Changes of one campaign by its operators. Each change is made from the newest settings there are, with its audit
 * record in the same step; two people who change at once are told apart by the revision they started from.
 */
import type { CampaignLink } from '../admission/campaign-link.js';
import type { Amendment, AmendResult, StoredSettings } from '../admission/campaign-settings-store.js';
import { NO_CLAIMS } from '../admission/exchange.js';
import type { LiveSettings } from '../admission/live-settings.js';
import { type EffectiveSettings, valuesOf } from '../campaign/overrides.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { Overrides } from '../config/override-schema.js';
import { overridesText, type Revert, readRevert } from '../config/read-overrides.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { waitingIn } from '../waiting-room/standing.js';
import { type AuditRecord, recordHash } from './audit-chain.js';
import { type BodyFault, type Patch, patched } from './changes.js';
import { duration, effectOf } from './effect.js';
import type { PlaceDesk } from './places.js';

export interface OperatedCampaign {
  readonly id: string;
  readonly live: LiveSettings;
  readonly link: CampaignLink;
  /** The state if these overrides held now. */
  stateWith(overrides: Overrides): CampaignState;
  /** Milliseconds since the Unix epoch, on the store's clock. */
  nowMs(): number;
  readonly places: PlaceDesk;
}

export interface Order {
  readonly who: string;
  readonly reason: string;
  /** The revision that it was given for; null: whichever is the newest. */
  readonly from: number | null;
  readonly dryRun: boolean;
}

export type Outcome =
  /** `revision`: in force now; for a dry run, the one it was predicted for. */
  | { readonly kind: 'done' | 'dry-run' | 'unchanged'; readonly revision: number; readonly effect: readonly string[] }
  | { readonly kind: 'conflict'; readonly revision: number }
  | { readonly kind: 'wrong'; readonly faults: readonly BodyFault[] };

type Facts = Pick<AuditRecord, 'action' | 'before' | 'after'>;

/** How often a change begins anew because somebody else came first. */
const MOST_ATTEMPTS = 5;
const REVERT_AGAIN_MS = 1000;

export class CampaignDesk {
  #reverting: Timer | null = null;

  constructor(
    readonly campaign: OperatedCampaign,
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
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

  /** Begins a new epoch; with scope `all`, a new era of ledger and budget too. */
  async reset(scope: 'line' | 'all', order: Order): Promise<Outcome> {
    const { link } = this.campaign;
    const epoch = link.view?.epoch ?? 1;
    const waiting = link.view === null ? 0 : waitingIn(link.view);
    const line = `The line is emptied: those who wait (${waiting}) lose their places, and tickets so far are TICKET_OUTDATED.`;
    const before = { epoch, waiting };
    const after = { epoch: epoch + 1, waiting: 0 };
    if (scope === 'line') return this.#act({ action: 'reset', before, after }, [line], 'epoch', order);
    const { era, granted } = link.view?.claims ?? NO_CLAIMS;
    const facts: Facts = {
      action: 'reset',
      before: { ...before, era, granted },
      after: { ...after, era: era + 1, granted: 0 },
    };
    const ledger = `Ledger and budget begin anew: what was granted (${granted}) is forgotten, and whoever was paid may be paid again.`;
    return this.#act(facts, [line, ledger], 'era', order);
  }

  /** Claims may go on after all losses of data noticed so far. */
  async confirmLosses(order: Order): Promise<Outcome> {
    const { link } = this.campaign;
    const { losses = 0, confirmed = 0 } = link.view?.claims ?? {};
    const facts: Facts = { action: 'confirm-losses', before: { losses, confirmed }, after: { confirmed: losses } };
    const outcome = await this.#act(facts, ['Claims of a campaign with a ledger go on.'], 'nothing', order);
    if (outcome.kind === 'done') link.confirmLosses();
    return outcome;
  }

  async #settle(
    action: 'change' | 'clear',
    next: (current: Overrides) => Overrides,
    order: Order,
    revertAfterSeconds: number | null = null,
  ): Promise<Outcome> {
    const { live, link } = this.campaign;
    return this.#attempt(order, async (stored) => {
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
      const result = await this.#write(stored, overridesText(after.overrides, revert), facts, 'nothing', order);
      if (result.kind === 'stale') return null;
      // The service's word that the budget is gone gives way to the operator's.
      if (after.overrides.state === 'open' && before.overrides.state !== 'open') link.declareSoldOut(false);
      return { kind: 'done', revision: result.settings.revision, effect };
    });
  }

  #act(facts: Facts, effect: readonly string[], begins: Amendment['begins'], order: Order): Promise<Outcome> {
    return this.#attempt(order, async (stored) => {
      if (order.dryRun) return { kind: 'dry-run', revision: stored.revision, effect };
      const result = await this.#write(stored, stored.overrides, facts, begins, order);
      if (result.kind === 'open') return { kind: 'wrong', faults: [CLAIMS_OPEN] };
      return result.kind === 'stale' ? null : { kind: 'done', revision: result.settings.revision, effect };
    });
  }

  /** @param once - null: somebody else came first */
  async #attempt(order: Order, once: (stored: StoredSettings) => Promise<Outcome | null>): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.campaign.live.newest();
      if (order.from !== null && order.from !== stored.revision) {
        return { kind: 'conflict', revision: stored.revision };
      }
      const outcome = await once(stored);
      if (outcome !== null) return outcome;
      if (attempt === MOST_ATTEMPTS) return { kind: 'conflict', revision: stored.revision + 1 };
    }
  }

  /** An answer that does not come in time does not say that nothing was done: the store is asked whose word it has. */
  async #write(
    stored: StoredSettings,
    overrides: string,
    facts: Facts,
    begins: Amendment['begins'],
    { who, reason }: Order,
  ): Promise<AmendResult> {
    const { id, live, nowMs } = this.campaign;
    const record: AuditRecord = {
      revision: stored.revision + 1,
      at: new Date(nowMs()).toISOString(),
      who,
      ...facts,
      subject: id,
      reason,
      previous: stored.head,
    };
    const text = JSON.stringify(record);
    const head = recordHash(text);
    const amendment = { from: stored.revision, overrides, record: text, head, begins };
    const result = await live.store.amend(amendment).catch(async (fault: unknown): Promise<AmendResult> => {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
      const settings = await live.store.read();
      if (settings.head !== head) throw fault;
      return { kind: 'amended', settings };
    });
    if (result.kind === 'amended') this.logger.info({ audit: record, hash: head }, 'An operator changed a campaign');
    live.take(result.settings);
    return result;
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
    await this.#attempt(anybody, async (stored) => {
      const revert = readRevert(stored.overrides);
      const { revision } = stored;
      if (revert === null || revert.atMs > nowMs()) return { kind: 'unchanged', revision, effect: [] };
      const [before, after] = [live.effective, live.with(revert.overrides)];
      const order = { ...anybody, who: revert.who, reason: `taken back as ordered: ${revert.reason}` };
      const facts = { action: 'revert' as const, ...difference(before, after) };
      const result = await this.#write(stored, overridesText(after.overrides, null), facts, 'nothing', order);
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

const CLAIMS_OPEN: BodyFault = {
  path: 'scope',
  problem: 'Claims are at the service now, or of unknown outcome: what they come to would be lost with the ledger.',
  cure: 'Pause the campaign, wait until none is in flight, settle the unknown ones (spillway audit --unknown), and repeat.',
};

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
