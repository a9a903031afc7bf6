import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketRate } from '../../../src/buckets/gcra.js';
import { FakeClock } from '../../support/fake-clock.js';
import { excessOverBound } from '../measures.js';
import { ask, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn } from './store-gateway.js';

const USER = bucketRate(2, 4);
const ALL = bucketRate(5, 10);
const limits = [USER, ALL];
const of = (user: string) => ({ limits, buckets: [`user:${user}`, 'all'] });

export function describeLimits(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());
  const filled = async ({ clock, g1 }: Contract): Promise<void> => {
    g1.settings = { ...SETTINGS, queue: false };
    await g1.call();
    await clock.advance(1000);
  };

  describe(`CampaignStore on ${adapter}: limits`, () => {
    it(
      'are charged all together or not at all: a refusal writes nothing',
      on(async (contract) => {
        const { g1 } = contract;
        await filled(contract);
        expect(await g1.claim('a', of('a'))).toMatchObject({ kind: 'enter', remaining: [1, 4] });
        expect(await g1.claim('a', of('a'))).toMatchObject({ kind: 'enter', remaining: [0, 3] });
        for (let again = 0; again < 5; again++) {
          const refused = await g1.claim('a', of('a'));
          expect(refused).toEqual({ kind: 'limited', limit: 0, waitMs: 250, remaining: [0, 3] });
        }
        expect(await g1.claim('b', of('b'))).toMatchObject({ kind: 'enter', remaining: [1, 2] });
      }),
    );

    it(
      'let in who waits exactly as long as told, and not one millisecond sooner',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await filled(contract);
        for (let n = 0; n < 5; n++) await g1.claim(`x${n}`, of(`x${n}`));
        await clock.advance(17);
        const refused = await g1.claim('late', of('late'));
        expect(refused).toMatchObject({ kind: 'limited', limit: 1, waitMs: 83 });
        await clock.advance(82);
        expect((await g1.claim('late', of('late'))).kind).toBe('limited');
        await clock.advance(1);
        expect((await g1.claim('late', of('late'))).kind).toBe('enter');
      }),
    );

    it(
      'are charged once: for the place, not for coming back to it',
      on(async ({ clock, g1 }) => {
        await g1.call();
        await clock.advance(1000);
        g1.settings = { ...SETTINGS, open: false };
        expect(await g1.claim('a', of('a'))).toMatchObject({ kind: 'wait', joined: true, remaining: [1, 4] });
        for (let again = 0; again < 3; again++) {
          expect(await g1.claim('a', of('a'))).toMatchObject({ kind: 'wait', joined: false, remaining: [1, 4] });
          expect(await g1.join('a', of('a'))).toMatchObject({ kind: 'wait', joined: false, remaining: [1, 4] });
        }
        g1.settings = SETTINGS;
        await g1.tick();
        expect(await g1.claim('a', of('a'))).toMatchObject({ kind: 'enter', remaining: [1, 4] });
      }),
    );

    it(
      'are not charged to whom the door or a full line turns away',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, queue: false, open: false };
        expect((await g1.claim('a', of('a'))).kind).toBe('shut');
        g1.settings = { ...SETTINGS, maxWaiting: 1, open: false };
        await g1.join('b', { limits, buckets: [null, null] });
        expect((await g1.claim('a', of('a'))).kind).toBe('full');
        await clock.advance(1);
        const [passed] = await g1.asks('pass', ['a'], of('a'));
        expect(passed).toEqual({ kind: 'pass', remaining: [1, 4] });
      }),
    );

    it(
      'alone decide a request beside the line, which takes no place, token or slot',
      on(async (contract) => {
        const { g1 } = contract;
        await filled(contract);
        const passed = await g1.asks('pass', ['a', 'a', 'a'], of('a'));
        expect(passed.map(({ kind }) => kind)).toEqual(['pass', 'pass', 'limited']);
        const { view } = await g1.call();
        expect(view).toMatchObject({ tails: [0, 0], taken: 0 });
        expect((await g1.find('a')).kind).toBe('none');
      }),
    );

    it(
      'that are kept elsewhere bar newcomers, and nobody who has a place',
      on(async ({ clock, g1 }) => {
        await g1.call();
        await clock.advance(1000);
        const barred = { barred: { limit: 0, waitMs: 40 } };
        for (const kind of ['claim', 'join', 'pass', 'spare'] as const) {
          const [refused] = await g1.asks(kind, ['a'], { limits, buckets: [null, 'all'], ...barred });
          expect(refused).toEqual({ kind: 'limited', limit: 0, waitMs: 40, remaining: [null, 5] });
        }
        g1.settings = { ...SETTINGS, open: false };
        expect(await g1.claim('a')).toMatchObject({ kind: 'wait', joined: true });
        expect(await g1.claim('a', barred)).toMatchObject({ kind: 'wait', joined: false });
        g1.settings = SETTINGS;
        await g1.tick();
        expect((await g1.claim('a', barred)).kind).toBe('enter');
      }),
    );

    it(
      'leave out what does not apply',
      on(async (contract) => {
        const { g1 } = contract;
        await filled(contract);
        expect(await g1.claim('a', { limits, buckets: [null, 'all'] })).toMatchObject({ remaining: [null, 4] });
        expect(await g1.claim('a', { limits, buckets: [null, null] })).toMatchObject({ remaining: [null, null] });
      }),
    );

    it(
      'serve exactly the capacity to many simultaneous takes of one call',
      on(async (contract) => {
        const { g1 } = contract;
        await filled(contract);
        const asks = Array.from({ length: 100 }, (_, n) =>
          ask(`p${n}`, { kind: 'pass', limits, buckets: [null, 'all'] }),
        );
        const { results } = await g1.call({ asks });
        expect(results.filter(({ kind }) => kind === 'pass')).toHaveLength(5);
      }),
    );

    it('never give one key more than capacity + refill × window, whoever else comes', async () => {
      const step = fc.record({
        advanceMs: fc.integer({ min: 0, max: 400 }),
        users: fc.array(fc.nat(2), { maxLength: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
          on(async ({ clock, g1 }) => {
            const timesUs: number[][] = [[], [], [], []];
            for (const { advanceMs, users } of steps) {
              await clock.advance(advanceMs);
              const asks = users.map((user) => ask(`u${user}`, { kind: 'pass', ...of(`${user}`) }));
              const { results, view } = await g1.call({ asks });
              results.forEach(({ kind }, at) => {
                if (kind === 'pass') for (const list of [users[at]!, 3]) timesUs[list]!.push(view.nowUs);
              });
            }
            for (const user of [0, 1, 2]) expect(excessOverBound(timesUs[user]!, 4, 2)).toBeLessThanOrEqual(1e-6);
            expect(excessOverBound(timesUs[3]!, 10, 5)).toBeLessThanOrEqual(1e-6);
          })(),
        ),
        { numRuns: 25 },
      );
    }, 60_000);
  });
}
