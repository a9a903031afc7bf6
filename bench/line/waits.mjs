/** How true the first promised wait is: on the virtual clock with many people, and over real sockets with fewer. */
import { startService } from '../stand/backing.mjs';
import { subjects } from '../subjects/all.mjs';
import { CLAIMS, room } from '../subjects/spillway.mjs';
import { shareAtLeast } from './row.mjs';
import { boundsOf, simulated } from './world.mjs';

const SIMULATED = { people: 24_000, overSeconds: 40 };
const REAL = { people: 4000, overSeconds: 10 };
const REAL_PACE = { ratePerSecond: 150, burst: 20 };
const LIMITS = { perUser: 1000, perAddress: 1_000_000 };
const BAR = 0.9;

export async function measure({ tell }) {
  const { report } = await simulated(SIMULATED);
  const { promisesKept, slipMs, latencyMs } = await replayed(tell);
  const kept = 'waited within a quarter of the range first promised, none wider than 1.5 × min + 2 s';
  const few = ({ people, overSeconds }) => `${people.toLocaleString('en')} people in ${overSeconds} s`;
  return [
    shareAtLeast(`${few(SIMULATED)}, simulated: ${kept}`, report.promisesKept, BAR),
    shareAtLeast(
      `${few(REAL)}, replayed (sent late by ${Math.round(slipMs.p99)} ms, answered after ${Math.round(latencyMs.p99)} ms, p99): ${kept}`,
      promisesKept,
      BAR,
    ),
  ];
}

async function replayed(tell) {
  const { runBurst } = await room('replay/burst.js');
  const { burstOptions } = await room('replay/burst-options.js');
  const service = await startService();
  const gateway = await subjects['spillway-memory'].start({
    servicePort: service.port,
    limits: LIMITS,
    campaign: { admission: REAL_PACE },
  });
  try {
    const targets = [{ url: `http://127.0.0.1:${gateway.port}`, share: 1 }];
    const bounds = await boundsOf({ ...REAL_PACE, concurrency: 4096 });
    const burst = burstOptions({ ...REAL, campaign: 'lny', claimPath: CLAIMS, targets, bounds });
    return await runBurst(burst, { write: tell });
  } finally {
    await gateway.stop();
    await service.stop();
  }
}
