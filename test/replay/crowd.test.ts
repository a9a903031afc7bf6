import { describe, expect, it } from '@jest/globals';
import { MODEL_NAMES, type ModelName } from '../../src/replay/client-models.js';
import { Crowd } from '../../src/replay/crowd.js';
import type { CrowdPlan } from '../../src/replay/crowd-plan.js';
import type { NoReply, Reply } from '../../src/replay/reply.js';
import { Tally } from '../../src/replay/tally.js';
import type { Outgoing, Transport } from '../../src/replay/transport.js';
import { FakeClock } from '../support/fake-clock.js';
import { reply } from './replies.js';

interface Sent {
  readonly atMs: number;
  readonly target: number;
  readonly request: Outgoing;
}

const GRANT = reply(201);

/** People who arrive at `arrivesAtMs`; the answers are given in turn, the last one for ever; null: none yet. */
function setUp(
  arrivesAtMs: readonly number[],
  answers: ReadonlyArray<Reply | NoReply | null>,
  model: ModelName = 'obedient',
  claims: CrowdPlan['claims'] = [],
) {
  const clock = new FakeClock();
  const startUs = clock.monotonicUs();
  const sent: Sent[] = [];
  const tally = new Tally(arrivesAtMs.length);
  const transport: Transport = {
    send(target, request, done) {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push({ atMs: (clock.monotonicUs() - startUs) / 1000, target, request });
      if (answer) clock.after(10, () => done(answer));
    },
    close: async () => undefined,
  };
  const plan = {
    arrivesAtUs: Float64Array.from(arrivesAtMs, (ms) => ms * 1000),
    target: Uint16Array.from(arrivesAtMs, (_, i) => i % 2),
    model: Uint8Array.from(arrivesAtMs, () => MODEL_NAMES.indexOf(model)),
    claimant: Int32Array.from(arrivesAtMs, (_, person) => person),
    claims,
  };
  const options = {
    plan,
    claimantOf: (person: number) => `p${person}`,
    patienceMs: 5000,
    random: () => 0.5,
  };
  const crowd = new Crowd(options, transport, clock, tally);
  let over = false;
  void crowd.run().then(() => {
    over = true;
  });
  return { clock, sent, tally, isOver: () => over };
}

describe('Crowd', () => {
  it('sends everybody when they are due, to their gateway, though nobody was answered yet', async () => {
    const { clock, sent, isOver } = setUp([0, 100, 250], [null]);
    await clock.advance(300);
    expect(sent.map(({ atMs, target }) => [atMs, target])).toEqual([
      [0, 0],
      [100, 1],
      [250, 0],
    ]);
    expect(isOver()).toBe(false);
  });

  it('walks a person through the line: claim, poll with the ticket, claim with the newest', async () => {
    const answers = [
      reply(429, { code: 'QUEUED', ticket: 't1', position: 3, pollAfterMs: 700 }),
      reply(200, { state: 'waiting', ticket: 't2', position: 1, pollAfterMs: 300 }),
      reply(200, { state: 'called', pollAfterMs: 250 }),
      GRANT,
    ];
    const { clock, sent, tally, isOver } = setUp([0], answers);
    await clock.advance(500);
    expect(tally.waiting).toBe(1);
    await clock.advance(1500);
    expect(sent.map(({ atMs, request }) => `${atMs} ${request.step} ${request.ticket}`)).toEqual([
      '0 claim null',
      '710 poll t1',
      '1020 poll t2',
      '1030 claim t2',
    ]);
    expect(sent[3]?.request.claimant).toBe('p0');
    expect([tally.granted, tally.waiting, tally.requests, isOver()]).toEqual([1, 0, 4, true]);
    expect(tally.waitUs.maxValue / 1e6).toBeCloseTo(1.04, 2);
  });

  it('gives up before a step that would come after its patience, and says what stood in the way', async () => {
    const { clock, tally, isOver } = setUp([0], [{ kind: 'none', error: 'ECONNREFUSED' }]);
    await clock.advance(10_000);
    expect(isOver()).toBe(true);
    expect([...tally.gaveUp]).toEqual([['ECONNREFUSED', 1]]);
    // 625 ms, 1.25 s, 2.5 s; the 5 s after that would be too late.
    expect(tally.claims).toBe(4);
  });

  it('sends what a trace gives a claim', async () => {
    const content = { k: 'k1', h: { 'x-app': '1' }, b: '{1}' };
    const { clock, sent } = setUp([0], [GRANT], 'obedient', [content]);
    await clock.advance(100);
    expect(sent[0]?.request).toEqual({ step: 'claim', claimant: 'p0', ticket: null, content });
  });

  it('counts those who do not come when called', async () => {
    const { clock, tally } = setUp([0, 1], [reply(429, { code: 'QUEUED', ticket: 't', position: 0 })], 'absent');
    await clock.advance(1000);
    expect([tally.noShows, tally.waiting, tally.ended]).toEqual([2, 0, 2]);
  });

  it('records how much later than planned a request left', async () => {
    const { clock, tally } = setUp([100, 100], [GRANT]);
    const later = clock.monotonicUs.bind(clock);
    clock.monotonicUs = () => later() + 30_000;
    await clock.advance(200);
    expect(tally.slipUs.maxValue / 1000).toBeCloseTo(30, 0);
  });
});
