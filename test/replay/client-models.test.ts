import { describe, expect, it } from '@jest/globals';
import { MANNERS, MODEL_NAMES, type ModelName, parseMix } from '../../src/replay/client-models.js';
import { castPeople } from '../../src/replay/crowd-plan.js';
import { InvitationDesk, poisson } from '../../src/replay/invitation-desk.js';
import { Person } from '../../src/replay/person.js';
import { seededRandom } from '../../src/replay/seeded-random.js';
import { reply } from './replies.js';

const queued = (position = 12) => reply(429, { code: 'QUEUED', ticket: 'aaaTaaa', position, pollAfterMs: 7000 }, 7000);
const person = (model: ModelName) => new Person(MANNERS[model], () => 0.5);

describe('client models', () => {
  it.each([
    ['obedient', { kind: 'poll', afterMs: 7000 }],
    ['impatient', { kind: 'poll', afterMs: 1400 }],
    ['bot', { kind: 'poll', afterMs: 750 }],
    ['retrying', { kind: 'claim', afterMs: 1000 }],
    ['forging', { kind: 'claim', afterMs: 0 }],
  ] as const)('%s, told to poll in 7 s', (model, move) => {
    expect(person(model).afterClaim(queued())).toEqual(move);
  });

  it('who retries keeps no ticket, and repeats what failed as often as what waits', () => {
    const ann = person('retrying');
    ann.afterClaim(queued());
    expect(ann.claimsWith).toBeNull();
    expect(ann.afterClaim(reply(503, {}, 5000))).toEqual({ kind: 'claim', afterMs: 1000 });
  });

  it('who leaves does so when it has waited long enough', () => {
    const ann = person('leaving');
    expect(ann.afterClaim(queued())).toEqual({ kind: 'leave', afterMs: expect.closeTo(10_000 * Math.LN2, 0) });
    expect(new Person(MANNERS.leaving, () => 0.9).afterClaim(queued())).toEqual({ kind: 'poll', afterMs: 7000 });
  });

  it('who forges shows another ticket than it was given, and stops whatever it is told', () => {
    const ann = person('forging');
    ann.afterClaim(queued());
    expect(ann.claimsWith).toBe('aaaAaaa');
    const caught = { kind: 'stop', end: { kind: 'caught', code: 'TICKET_INVALID' } };
    expect(ann.afterClaim(reply(400, { code: 'TICKET_INVALID' }))).toEqual(caught);
  });

  it('read a mix, and say what is wrong with one', () => {
    expect(parseMix('obedient=0.7, bot=0.3')).toEqual({ obedient: 0.7, bot: 0.3 });
    expect(() => parseMix('bots=1')).toThrow("'bots' is no model; there are obedient");
    expect(() => parseMix('bot=-1')).toThrow('weight of bot');
    expect(() => parseMix('bot')).toThrow('weight of bot');
    expect(() => parseMix('bot=0')).toThrow('above 0');
  });

  it('are drawn by share; three devices in a row claim in one name', () => {
    const { model, claimant } = castPeople(9000, [1], { obedient: 1, devices: 2 }, 5);
    const devices = [...model.keys()].filter((i) => MODEL_NAMES[model[i] as number] === 'devices');
    expect(devices.length / 9000).toBeCloseTo(2 / 3, 1);
    expect(devices.slice(0, 6).map((i) => claimant[i])).toEqual([0, 0, 0, 1, 1, 1].map((at) => devices[at * 3]));
    expect(new Set(claimant).size).toBe(9000 - devices.length + Math.ceil(devices.length / 3));
  });
});

describe('invitations', () => {
  it('are as many on average as they should be', () => {
    const random = seededRandom(2);
    const drawn = Array.from({ length: 20_000 }, () => poisson(1.2, random));
    expect(drawn.reduce((sum, one) => sum + one, 0) / 20_000).toBeCloseTo(1.2, 1);
  });

  it('end by themselves where everybody who can be reached has come', () => {
    const desk = new InvitationDesk({ mean: 1.2, cap: 21, delayMs: 1000 }, seededRandom(4));
    const people = 5000;
    desk.reachable = people;
    for (let i = people / 5; i < people; i++) desk.reserve(i);
    let came = people / 5;
    for (let successes = 0; successes < came; successes++) desk.success(0, () => came++);
    // x = 1 − (1 − s) e^(−1.2 x) with s = 0.2 coming by themselves: x = 0.62.
    expect(came / people).toBeCloseTo(0.62, 1);
    expect(came).toBeLessThan(people);
  });
});
