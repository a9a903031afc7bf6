/**
 * What is measured under full load. Each scenario names its subjects in the order in which they start; those that
 * only repeat an answer (`bare-answer`, `plain-express`) repeat the one of the first.
 *
 * request     what wrk sends, see `load/requests.lua`
 * refused     whether every answer must be a refusal (400 and above) or none may be
 * prepare     what must have happened before: nothing, `joined` (people in line), `spent` (claimants without tokens)
 * bars        what must be reached: `ratio` of `against`, or `perSecond`
 */
import { CLAIMS } from '../subjects/spillway.mjs';

const WIDE = { perUser: 5, perAddress: 1_000_000_000, door: 1_000_000_000 };
const ONCE = { ...WIDE, perUser: 1 };
/** A door that lets in next to nobody, so that people wait. */
const SHUT = { admission: { ratePerSecond: 0.01, burst: 1 }, queue: { maxWaiting: 100_000_000 } };
const LONG_AGO = '2020-01-01T00:00:00Z';

const CLAIM = { method: 'POST', path: CLAIMS, bodyBytes: 48 };
const FRESH_CLAIM = { ...CLAIM, claimant: 'fresh' };
const EVERY_STACK = ['express-stack', 'fastify-stack', 'nginx', 'haproxy'];

const ownAnswer = (subject) => [
  { subject, against: 'bare-answer', ratio: 0.8 },
  { subject, against: 'plain-express', ratio: 4 },
];

export const throughput = [
  {
    name: 'admitted',
    title: 'Claim admitted, a new claimant each request; limits per claimant, per address and at the door',
    request: FRESH_CLAIM,
    limits: WIDE,
    subjects: ['bare-proxy', 'spillway-redis', 'spillway-memory', ...EVERY_STACK],
    bars: [
      { subject: 'spillway-redis', against: 'bare-proxy', ratio: 0.75 },
      { subject: 'spillway-redis', against: 'express-stack', ratio: 5 },
      { subject: 'spillway-redis', against: 'fastify-stack', ratio: 2.5 },
      { subject: 'spillway-memory', against: 'bare-proxy', ratio: 0.8 },
    ],
  },
  {
    name: 'admitted-ledger',
    title: 'The same claim with the ledger per claimant',
    ledger: true,
    request: FRESH_CLAIM,
    limits: WIDE,
    subjects: ['spillway-redis', 'spillway-redis-ledger', 'spillway-memory', 'spillway-memory-ledger'],
    bars: [{ subject: 'spillway-redis-ledger', against: 'spillway-redis', ratio: 0.75 }],
  },
  {
    name: 'refused-one',
    title: 'Claim refused by a limit, one claimant who hammers',
    request: { ...CLAIM, claimant: 'hammer' },
    refused: true,
    prepare: 'hammered',
    limits: WIDE,
    subjects: ['spillway-redis', 'spillway-memory', 'bare-answer', 'plain-express', ...EVERY_STACK],
    bars: ownAnswer('spillway-redis'),
  },
  {
    name: 'refused-many',
    title: 'Claim refused by a limit, different claimants whose tokens are spent',
    request: { ...CLAIM, claimant: 'cycle' },
    refused: true,
    prepare: 'spent',
    limits: ONCE,
    // Whoever counts by windows is to refuse for as long as all subjects take.
    windowMs: 3_600_000,
    subjects: ['spillway-redis', 'spillway-memory', ...EVERY_STACK],
    bars: [],
  },
  {
    name: 'terminal',
    title: 'Claim of a campaign that is over, a new claimant each request',
    request: FRESH_CLAIM,
    refused: true,
    limits: WIDE,
    campaign: { schedule: { opensAt: null, closesAt: LONG_AGO } },
    subjects: ['spillway-redis', 'spillway-memory', 'bare-answer', 'plain-express'],
    bars: ownAnswer('spillway-redis'),
  },
  {
    name: 'join',
    title: 'Join the line, a new claimant each request',
    request: { method: 'POST', path: '/queue/lny/tickets', claimant: 'fresh' },
    limits: WIDE,
    campaign: SHUT,
    subjects: ['spillway-redis', 'spillway-memory'],
    bars: [{ subject: 'spillway-redis', perSecond: 20_000 }],
  },
  {
    name: 'poll',
    title: 'Poll with a ticket, one of 10,000 people in line',
    request: { method: 'GET' },
    prepare: 'joined',
    limits: WIDE,
    campaign: SHUT,
    subjects: ['spillway-redis', 'spillway-memory', 'bare-answer', 'plain-express'],
    bars: ownAnswer('spillway-redis'),
  },
  {
    name: 'document',
    title: 'Campaign document',
    request: { method: 'GET', path: '/queue/lny/status.json' },
    limits: WIDE,
    campaign: SHUT,
    subjects: ['spillway-redis', 'spillway-memory', 'bare-answer', 'plain-express'],
    bars: ownAnswer('spillway-redis'),
  },
  {
    name: 'replayed',
    title: 'Stored answer replayed to one of 10,000 claimants',
    ledger: true,
    request: { ...CLAIM, claimant: 'cycle', people: 10_000 },
    prepare: 'claimed',
    limits: WIDE,
    subjects: ['spillway-redis-ledger', 'spillway-memory-ledger', 'bare-answer'],
    bars: [],
  },
  {
    name: 'workers',
    title:
      'Claim admitted by one worker and by two, which are not pinned; only where four cores are, as the load needs some',
    request: FRESH_CLAIM,
    limits: WIDE,
    leastCores: 4,
    subjects: ['spillway-redis', 'spillway-redis-two'],
    bars: [{ subject: 'spillway-redis-two', against: 'spillway-redis', ratio: 1.8 }],
  },
  ...[
    ['1kB', 1000],
    ['100kB', 100_000],
  ].map(([size, bodyBytes]) => ({
    name: `body-${size}`,
    title: `Claim admitted with ${size} up and ${size} down`,
    request: { ...FRESH_CLAIM, path: `/${size}`, bodyBytes },
    limits: WIDE,
    subjects: ['bare-proxy', 'spillway-redis', 'spillway-memory', 'express-stack', 'fastify-stack', 'nginx'],
    bars: [],
  })),
];

/** @throws RangeError where there is none of a name */
export function scenariosNamed(names) {
  return names.map((name) => {
    const scenario = throughput.find((one) => one.name === name);
    if (scenario === undefined) throw new RangeError(`No scenario ${name}`);
    return scenario;
  });
}
