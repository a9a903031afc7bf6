/** What the pages show of files is what stands in them, and every example is a configuration that the gateway takes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';

const README = readFileSync('README.md', 'utf8');
const RECIPES = readdirSync('docs/recipes').map((name) => `docs/recipes/${name}`);
const PAGES = [README, ...RECIPES.map((page) => readFileSync(page, 'utf8'))];

describe('the recipes', () => {
  it('show of a file what stands in it', () => {
    const shown = PAGES.flatMap((page) => [...page.matchAll(/```\w+ file="([^"]+)"\n(.*?)```/gs)]);
    expect(shown.length).toBeGreaterThan(5);
    const other = shown.filter(([, file, text]) => !readFileSync(file!, 'utf8').includes(text!));
    expect(other.map(([, file]) => file)).toEqual([]);
  });

  it('are named by the README, and use every file that stands ready for them', () => {
    expect(RECIPES.filter((page) => !README.includes(`(${page})`))).toEqual([]);
    const files = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
    const elsewhere = ['embedded.mjs', 'traces/register.mjs', 'own-place/claim.mjs', 'own-place/spillway.yaml'];
    const unused = files.filter((file) => !elsewhere.includes(file) && !PAGES.some((page) => page.includes(file)));
    expect(unused).toEqual([]);
  });

  it('have configurations that the gateway takes', () => {
    const files = readdirSync('examples').map((folder) => `examples/${folder}/spillway.yaml`);
    const there = files.filter((file) => existsSync(file));
    expect(there.length).toBeGreaterThan(5);
    for (const file of there) {
      // Its keys are made by whoever follows the page.
      const text = readFileSync(file, 'utf8').replace('secretFile: ticket-key', `secret: ${'k'.repeat(32)}`);
      expect(loadConfig({ file, text, env: {} }).config.campaigns[0]!.id).toBe('spring');
    }
  });
});
