/** Times of the line that must fit each other. */
import type { Path } from '../path.js';
import type { Finding, Rule } from '../rule.js';
import type { CampaignConfig, Config } from '../schema.js';

const graceTooShort: Rule = {
  id: 'grace-shorter-than-poll',
  verdict: 'refused',
  problem: 'Somebody who polls as told would learn of the call after it has lapsed.',
  cure: 'Raise queue.graceMs above queue.poll.maxMs, with some seconds to spare, or lower queue.poll.maxMs.',
  find: eachCampaign(function* ({ queue }, at) {
    if (queue.graceMs > queue.poll.maxMs) return;
    const problem = `graceMs ${queue.graceMs} is not greater than poll.maxMs ${queue.poll.maxMs}. ${graceTooShort.problem}`;
    yield { path: at('queue', 'graceMs'), value: queue.graceMs, problem, compared: [at('queue', 'poll', 'maxMs')] };
  }),
};

const pollsSwapped: Rule = {
  id: 'poll-near-above-max',
  verdict: 'refused',
  problem: 'The shortest time between two polls is longer than the longest.',
  cure: 'Lower queue.poll.nearMs, or raise queue.poll.maxMs.',
  find: eachCampaign(function* ({ queue: { poll } }, at) {
    if (poll.nearMs <= poll.maxMs) return;
    yield { path: at('queue', 'poll', 'nearMs'), value: poll.nearMs, compared: [at('queue', 'poll', 'maxMs')] };
  }),
};

const scheduleOrder: Rule = {
  id: 'schedule-out-of-order',
  verdict: 'refused',
  problem: 'A campaign opens after its pre-queue, and closes after it opened.',
  cure: 'Put the instants in order: prequeueAt before opensAt before closesAt.',
  find: eachCampaign(function* ({ schedule }, at) {
    let earlier: { name: string; value: string } | undefined;
    for (const name of ['prequeueAt', 'opensAt', 'closesAt'] as const) {
      const value = schedule[name];
      if (value === null) continue;
      if (earlier && Date.parse(value) <= Date.parse(earlier.value)) {
        const problem = `${name} is not after ${earlier.name} ${earlier.value}. ${scheduleOrder.problem}`;
        yield { path: at('schedule', name), value, problem, compared: [at('schedule', earlier.name)] };
      }
      earlier = { name, value };
    }
  }),
};

const prequeueWithoutOpening: Rule = {
  id: 'prequeue-without-opening',
  verdict: 'refused',
  problem: 'A pre-queue is the time before an opening, and none is given.',
  cure: 'Give schedule.opensAt, or remove schedule.prequeueAt.',
  find: eachCampaign(function* ({ schedule: { prequeueAt, opensAt, order } }, at) {
    if (prequeueAt === null || opensAt !== null || order === 'lottery') return;
    yield { path: at('schedule', 'prequeueAt'), value: prequeueAt, compared: [at('schedule', 'opensAt')] };
  }),
};

const lotteryWithoutTimes: Rule = {
  id: 'lottery-without-times',
  verdict: 'refused',
  problem: 'A lottery is drawn at the opening among those who joined before it; without both times nobody is drawn.',
  cure: 'Give schedule.prequeueAt and schedule.opensAt, or set schedule.order to fifo.',
  find: eachCampaign(function* ({ schedule }, at) {
    if (schedule.order !== 'lottery' || (schedule.prequeueAt !== null && schedule.opensAt !== null)) return;
    const compared = [at('schedule', 'prequeueAt'), at('schedule', 'opensAt')];
    yield { path: at('schedule', 'order'), value: schedule.order, compared };
  }),
};

const prequeueWithoutLine: Rule = {
  id: 'prequeue-without-line',
  verdict: 'refused',
  problem: 'People who come before the opening have nowhere to wait: the line is off.',
  cure: 'Set queue.enabled to true, or remove schedule.prequeueAt.',
  find: eachCampaign(function* ({ schedule, queue }, at) {
    if (queue.enabled || schedule.prequeueAt === null) return;
    yield { path: at('queue', 'enabled'), value: false, compared: [at('schedule', 'prequeueAt')] };
  }),
};

const longHold: Rule = {
  id: 'hold-outlasts-upstream',
  verdict: 'warned',
  problem: 'A claim may be held longer than the service may take to answer; clients may give up while being held.',
  cure: 'Lower queue.holdMs below timeoutMs of the upstream.',
  *find(config) {
    for (const [index, { queue, upstream }] of config.campaigns.entries()) {
      const timeoutMs = config.upstreams.find(({ id }) => id === upstream)?.timeoutMs;
      if (timeoutMs === undefined || queue.holdMs < timeoutMs) continue;
      yield { path: ['campaigns', index, 'queue', 'holdMs'], value: queue.holdMs, compared: [['upstreams']] };
    }
  },
};

const sessionWithLedger: Rule = {
  id: 'session-with-ledger',
  verdict: 'refused',
  problem: 'Further requests of a session pass beside the ledger: a claim among them could be paid twice.',
  cure: 'Remove session, or set claims.mode to off, budget.claims to null, and judge outcomes by status and header.',
  find: eachCampaign(function* ({ session, claims, budget }, at) {
    if (session === null) return;
    const byBody = Object.values(claims.outcomes).some((answers) => answers?.some(({ json }) => json !== undefined));
    if (claims.mode === 'off' && budget.claims === null && !byBody) return;
    const compared = [at('claims', 'mode'), at('budget', 'claims'), at('claims', 'outcomes')];
    yield { path: at('session'), value: session, compared };
  }),
};

type At = (...below: string[]) => Path;

/** A rule's search over the campaigns, one at a time. */
function eachCampaign(search: (campaign: CampaignConfig, at: At) => Iterable<Finding>): Rule['find'] {
  return function* (config: Config) {
    for (const [index, campaign] of config.campaigns.entries()) {
      yield* search(campaign, (...below) => ['campaigns', index, ...below]);
    }
  };
}

export const lineRules: readonly Rule[] = [
  graceTooShort,
  pollsSwapped,
  scheduleOrder,
  prequeueWithoutOpening,
  lotteryWithoutTimes,
  prequeueWithoutLine,
  longHold,
  sessionWithLedger,
];
