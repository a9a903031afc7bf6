import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { nearest } from '../../src/config/nearest.js';
import { configurationTable, essentialTable } from '../../src/config/reference.js';
import { itemsOf, propertiesOf, type SettingNode, settingTree } from '../../src/config/setting-tree.js';
import { RESERVED_VARIABLES, variablesOf } from '../../src/config/variables.js';

describe('The reference of settings', () => {
  it('is the page that is committed; scripts/docs-configuration.mjs writes it', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationTable());
  });

  it('stands in the README as far as most campaigns need it', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(`<!-- settings -->\n${essentialTable()}\n<!-- /settings -->`);
  });

  it('says type, default, range, variable and meaning of a setting', () => {
    const row = configurationTable()
      .split('\n')
      .find((line) => line.startsWith('| `campaigns[].queue.graceMs`'));
    expect(row).toBe(
      '| `campaigns[].queue.graceMs` | integer | `45000` | a whole number from 1000 to 86400000 | live | ' +
        '`SPILLWAY_CAMPAIGNS_<ID>_QUEUE_GRACE_MS` | How long a called number may take to claim, in milliseconds. |',
    );
  });

  it('has a whole row of seven cells for every setting', () => {
    const rows = configurationTable()
      .split('\n')
      .filter((line) => /^\| `[a-z]/.test(line));
    expect(rows.length).toBeGreaterThan(80);
    for (const row of rows) expect(row.replaceAll('\\|', '').split(' | ')).toHaveLength(7);
  });
});

describe('Every setting', () => {
  function check(node: SettingNode, path: string): void {
    for (const [key, child] of Object.entries(propertiesOf(node))) {
      const here = `${path}.${key}`;
      expect([here, child.description]).toEqual([here, expect.stringMatching(/\.$/)]);
      if (child.type === 'integer' || child.type === 'number') {
        expect([here, typeof child.minimum, typeof child.maximum]).toEqual([here, 'number', 'number']);
        expect(Math.abs(child.maximum ?? 0)).toBeLessThan(2 ** 53 - 1);
      }
      check(itemsOf(child) ?? child, here);
    }
  }

  it('has a description and, as a number, a range', () => check(settingTree(), ''));

  it('has a variable of its own', () => {
    const entry = { id: 'e', limits: [{}], routes: [{}], pass: [{}], targets: [] };
    const names = variablesOf({ upstreams: [entry], campaigns: [entry], tickets: { keys: [entry] } });
    expect(names.size).toBeGreaterThan(100);
    for (const [name, places] of names) expect([name, places.length]).toEqual([name, 1]);
    for (const name of Object.keys(RESERVED_VARIABLES)) expect(names.has(name)).toBe(false);
    expect(names.has('SPILLWAY_CAMPAIGNS_E_BUDGET_SOLD_OUT_WHEN_HEADER_NAME')).toBe(true);
  });
});

describe('The nearest name', () => {
  it('is the one with the fewest typing mistakes', () => {
    expect(nearest('ratePersecond', ['burst', 'ratePerSecond', 'refillPerSecond'])).toBe('ratePerSecond');
    expect(nearest('hodlMs', ['holdMs', 'maxMs', 'nearMs'])).toBe('holdMs');
    expect(nearest('x', [])).toBeUndefined();
  });
});
