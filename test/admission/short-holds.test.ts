/** Claims that are held for no time at all (`queue.holdMs: 0`). */
import { describe, expect, it } from '@jest/globals';
import { bucketRate } from '../../src/buckets/gcra.js';
import { AdmissionKit, type Asked } from './admission-kit.js';

describe('A door that holds nobody', () => {
  it('lets one who asks again and again in, although nobody is held', async () => {
    const settings = { door: bucketRate(1, 1), queue: true };
    const kit = await new AdmissionKit({ settings, admission: { holdMs: () => 0 } }).start(1000);
    const asked: Asked[] = [];
    let admitted = 0;
    for (let ms = 0; ms < 3500; ms += 3) {
      asked.push(kit.claim('a'));
      await kit.clock.advance(3);
      for (const claim of asked.splice(0).filter(({ kind }) => kind === 'undecided' || kind === 'admit')) {
        if (claim.kind === 'undecided') asked.push(claim);
        else claim.pass.finish('final', 'success');
        if (claim.kind === 'admit') admitted++;
      }
    }
    expect(admitted).toBe(4);
    kit.stop();
  });
});
