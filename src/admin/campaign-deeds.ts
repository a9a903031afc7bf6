/** What operators do with a campaign beside its settings: each deed once, with a record of it. */
import { NO_CLAIMS } from '../admission/exchange.js';
import { unitsFree } from '../claims/budget.js';
import { waitingIn } from '../waiting-room/standing.js';
import {
  type AlsoDone,
  type Amendments,
  type Facts,
  NOTHING_ELSE,
  type OperatedCampaign,
  type Order,
  type Outcome,
} from './amendments.js';
import type { BodyFault } from './changes.js';
import type { PlaceSought, SessionEnding } from './places.js';

export class CampaignDeeds {
  constructor(
    private readonly campaign: OperatedCampaign,
    private readonly amendments: Amendments,
  ) {}

  /** Begins a new epoch; with scope `all`, a new era of ledger and budget too. */
  async reset(scope: 'line' | 'all', order: Order): Promise<Outcome> {
    const { link } = this.campaign;
    const epoch = link.view?.epoch ?? 1;
    const waiting = link.view === null ? 0 : waitingIn(link.view);
    const line = `The line is emptied: those who wait (${waiting}) lose their places, and tickets so far are TICKET_OUTDATED.`;
    const before = { epoch, waiting };
    const after = { epoch: epoch + 1, waiting: 0 };
    if (scope === 'line')
      return this.#act({ action: 'reset', before, after }, [line], { begins: 'epoch', calls: 0 }, order);
    const { era, granted } = link.view?.claims ?? NO_CLAIMS;
    const facts: Facts = {
      action: 'reset',
      before: { ...before, era, granted },
      after: { ...after, era: era + 1, granted: 0 },
    };
    const ledger = `Ledger and budget begin anew: what was granted (${granted}) is forgotten, and whoever was paid may be paid again.`;
    return this.#act(facts, [line, ledger], { begins: 'era', calls: 0 }, order);
  }

  /** Claims may go on after all losses of data noticed so far. */
  async confirmLosses(order: Order): Promise<Outcome> {
    const { link } = this.campaign;
    const { losses = 0, confirmed = 0 } = link.view?.claims ?? {};
    const facts: Facts = { action: 'confirm-losses', before: { losses, confirmed }, after: { confirmed: losses } };
    const outcome = await this.#act(facts, ['Claims of a campaign with a ledger go on.'], NOTHING_ELSE, order);
    if (outcome.kind === 'done') link.confirmLosses();
    return outcome;
  }

  /**
   * Calls the next `count` in line ahead of their time: the returned first, and nobody for whom nothing is left of the
   * budget. The door lets them in at its own pace.
   */
  async release(count: number, order: Order): Promise<Outcome> {
    const { link, live, stateWith } = this.campaign;
    await live.newest();
    const { view } = link;
    const state = stateWith(live.effective.overrides);
    if (view === null || state !== 'open') return { kind: 'wrong', faults: [notOpen(state)] };
    const { budget } = live.effective.campaign;
    const left = budget.claims === null ? Number.POSITIVE_INFINITY : unitsFree(view.claims, budget.claims);
    const called = Math.max(0, Math.min(count, waitingIn(view), left));
    const facts: Facts = { action: 'release', before: { waiting: waitingIn(view) }, after: { released: called } };
    const effect = [
      called === 0
        ? 'Nobody is called: nobody waits, or nothing is left of the budget.'
        : `The next ${called} in line are called now; the door lets them in at its usual pace.`,
    ];
    const outcome = await this.#act(facts, effect, { begins: 'nothing', calls: called }, order);
    if (outcome.kind === 'done') link.tickSoon();
    return outcome;
  }

  /** Takes a claimant's place away. @returns whether there was one */
  async evict(claimant: string, word: Pick<Order, 'who' | 'reason'>): Promise<boolean> {
    const { places } = this.campaign;
    const finding = await places.find({ claimant });
    if (!(await places.evict(claimant))) return false;
    // Whose it was is no business of the log.
    const number = finding.kind === 'found' ? finding.place.number : null;
    const facts: Facts = { action: 'evict', before: { number }, after: { number: null } };
    await this.#note(facts, word);
    return true;
  }

  /** Whoever went in has to come by the line again. Claims at the service now may begin sessions yet. */
  async endSessions(order: Order): Promise<Outcome> {
    const { link, live } = this.campaign;
    if (live.effective.campaign.session === null) return { kind: 'wrong', faults: [NO_SESSIONS] };
    const active = link.view?.seats ?? 0;
    const facts: Facts = { action: 'end-sessions', before: { active }, after: { active: 0 } };
    const outcome = await this.#act(facts, [`All sessions (${active}) are over.`], NOTHING_ELSE, order);
    if (outcome.kind === 'done') link.endSessions();
    return outcome;
  }

  /** Ends the session of a ticket or of a claimant. */
  async endSession(sought: PlaceSought, word: Pick<Order, 'who' | 'reason'>): Promise<SessionEnding> {
    const ending = this.campaign.places.endSession(sought);
    if (ending.kind !== 'done') return ending;
    const facts: Facts = { action: 'end-session', before: {}, after: {} };
    await this.#note(facts, word);
    return ending;
  }

  /** Writes down what is done already. */
  #note(facts: Facts, word: Pick<Order, 'who' | 'reason'>): Promise<Outcome> {
    return this.#act(facts, [], NOTHING_ELSE, { ...word, from: null, dryRun: false });
  }

  #act(facts: Facts, effect: readonly string[], also: AlsoDone, order: Order): Promise<Outcome> {
    return this.amendments.attempt(order, async (stored) => {
      if (order.dryRun) return { kind: 'dry-run', revision: stored.revision, effect };
      const result = await this.amendments.write(stored, stored.overrides, facts, also, order);
      if (result.kind === 'open') return { kind: 'wrong', faults: [CLAIMS_OPEN] };
      return result.kind === 'stale' ? null : { kind: 'done', revision: result.settings.revision, effect };
    });
  }
}

const NO_SESSIONS: BodyFault = {
  path: 'session',
  problem: 'The campaign has no sessions.',
  cure: 'Set session in its configuration, or name another campaign.',
};

const CLAIMS_OPEN: BodyFault = {
  path: 'scope',
  problem: 'Claims are at the service now, or of unknown outcome: what they come to would be lost with the ledger.',
  cure: 'Pause the campaign, wait until none is in flight, settle the unknown ones (spillway audit --unknown), and repeat.',
};

function notOpen(state: string): BodyFault {
  return {
    path: 'count',
    problem: `The campaign is ${state}: nobody goes in, and nobody is called.`,
    cure: 'Open it first.',
  };
}
