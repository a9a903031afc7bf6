import { describe, expect, it } from '@jest/globals';
import type { CrowdPlan } from '../../src/replay/crowd-plan.js';
import { Grants } from '../../src/replay/grants.js';
import { Tally } from '../../src/replay/tally.js';
import { reply } from './replies.js';

/** Three devices of one claimant, and one person of its own. */
const plan: CrowdPlan = {
  arrivesAtUs: new Float64Array(4),
  target: new Uint16Array(4),
  model: new Uint8Array(4),
  claimant: Int32Array.of(0, 0, 0, 3),
};
const FIELDS = { contentType: 'application/json', cacheControl: 'no-store', code: '' };

type Granted = readonly [device: number, body: string, repeat: boolean];

/** Hears grants in turn: whose device, which body, whether marked as a repeat. */
function heard(...grants: readonly Granted[]): Tally {
  const tally = new Tally(4);
  const all = new Grants(plan, tally);
  for (const [device, body, repeat] of grants) {
    all.hear(device, { ...reply(200), body, fields: { ...FIELDS, replayed: repeat ? 'true' : '' } });
  }
  return tally;
}

describe('grants of one claimant with several devices', () => {
  it.each([
    ['the first answer first', [false, true, true]],
    ['the first answer second', [true, false, true]],
    ['the first answer last', [true, true, false]],
  ] as const)('are alike, heard with %s', (_, repeats) => {
    const tally = heard(...repeats.map((repeat, device): Granted => [device, 'coupon', repeat]));
    expect([tally.replays, tally.grantedAgain]).toEqual([2, 0]);
  });

  const paidAgain: readonly (readonly [string, readonly Granted[]])[] = [
    [
      'a second answer that is no repeat',
      [
        [0, 'coupon', false],
        [1, 'coupon', false],
      ],
    ],
    [
      'a second such answer after a repeat',
      [
        [0, 'coupon', true],
        [1, 'coupon', false],
        [2, 'coupon', false],
      ],
    ],
    [
      'a repeat with another body',
      [
        [0, 'coupon', false],
        [1, 'another', true],
      ],
    ],
  ];
  it.each(paidAgain)('are caught as paid again by %s', (_, grants) => {
    expect(heard(...grants).grantedAgain).toBe(1);
  });

  it('say nothing where one person claims alone', () => {
    const tally = heard([3, 'coupon', false], [3, 'coupon', false]);
    expect([tally.replays, tally.grantedAgain]).toEqual([0, 0]);
  });
});
