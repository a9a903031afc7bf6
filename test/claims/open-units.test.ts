import { describe, expect, it } from '@jest/globals';
import { OpenUnits } from '../../src/claims/open-units.js';
import { seededRandom } from '../../src/replay/seeded-random.js';

describe('OpenUnits', () => {
  it('counts those that are over as a walk through all of them does, whatever is set and deleted meanwhile', () => {
    const random = seededRandom(7);
    const units = new OpenUnits();
    const plain = new Map<string, number>();
    for (let nowUs = 1000; nowUs < 3000; nowUs++) {
      const key = `key-${Math.floor(random() * 40)}`;
      if (random() < 0.4) {
        units.delete(key);
        plain.delete(key);
      } else {
        const untilUs = random() < 0.2 ? 0 : nowUs + Math.floor(random() * 60);
        units.set(key, untilUs);
        plain.set(key, untilUs);
      }
      expect(units.size).toBe(plain.size);
      if (random() < 0.5) expect(units.overAt(nowUs)).toBe([...plain.values()].filter((us) => us < nowUs).length);
    }
    expect(units.overAt(500)).toBe([...plain.values()].filter((us) => us < 500).length);
  });

  it('names those that are over, the oldest first', () => {
    const units = new OpenUnits();
    units.set('later', 30);
    units.set('open', 90);
    units.set('first', 10);
    expect(units.keysOver(50)).toEqual(['first', 'later']);
    units.clear();
    expect([units.size, units.overAt(100), units.untilUs('first')]).toEqual([0, 0, null]);
  });
});
