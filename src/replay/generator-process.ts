/**
 * One of several processes of a burst. Its parent sends its order, waits until it is ready, and names the moment at
 * which all begin; it answers with figures every second, and at the end with its tally.
 */
import { systemClock } from '../kernel/clock.js';
import type { BurstOptions } from './burst-options.js';
import { generate, type Share } from './generator.js';
import type { FromGenerator, ToGenerator } from './generator-messages.js';
import { planOf } from './plan-of.js';
import { glance } from './progress.js';
import { Tally } from './tally.js';
import { snapshotOf } from './tally-snapshot.js';
import { warmUp } from './warm-up.js';

const send = (message: FromGenerator): void => void process.send?.(message);

async function work(options: BurstOptions, share: Share): Promise<void> {
  const plan = await planOf(options);
  const tally = new Tally(plan.arrivesAtUs.length, plan);
  await warmUp();
  const startsAtMs = await new Promise<number>((resolve) => {
    process.once('message', (message: ToGenerator) => {
      if (message.kind === 'start') resolve(message.atMs);
    });
    send({ kind: 'ready' });
  });
  const startUs = systemClock.monotonicUs() + (startsAtMs - Date.now()) * 1000;
  const glances = setInterval(() => send({ kind: 'glance', glance: glance(tally) }), 1000);
  try {
    await generate(options, plan, share, systemClock, tally, startUs);
  } finally {
    clearInterval(glances);
  }
  send({ kind: 'done', tally: snapshotOf(tally) });
}

process.once('message', (message: ToGenerator) => {
  if (message.kind !== 'order') return;
  work(message.options, message.share)
    .catch((fault: unknown) => send({ kind: 'failed', reason: fault instanceof Error ? fault.message : String(fault) }))
    .finally(() => process.disconnect());
});
