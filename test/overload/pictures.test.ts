import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { simulate } from './limiter-world.js';
import { picture } from './picture.js';
import { aimd, gradient, SITUATIONS } from './worlds.js';

const FOLDER = new URL('../../docs/images/', import.meta.url);

const PICTURES = {
  'limiter-flood': ['gradient: five times too much, from a limit of 400', SITUATIONS.flood(gradient({ initial: 400 }))],
  'limiter-step': ['gradient: three times slower from 20 s to 40 s', SITUATIONS.step(gradient())],
  'limiter-drift': ['gradient: slower by and by', SITUATIONS.drift(gradient())],
  'limiter-mild': ['gradient: a tenth too much for two minutes', SITUATIONS.mild(gradient())],
  'limiter-refusing': ['gradient: every request refused from 10 s to 20 s', SITUATIONS.refusing(gradient())],
  'limiter-silent': ['gradient: no answer from 10 s to 20 s', SITUATIONS.silent(gradient())],
  'limiter-aimd': ['aimd: every request refused from 10 s to 20 s', SITUATIONS.refusing(aimd())],
} as const;

/** `node scripts/overload-pictures.mjs` draws them anew. */
describe('The pictures of docs/overload.md', () => {
  it.each(Object.entries(PICTURES))('%s shows what the simulation does now', (name, [title, world]) => {
    const file = new URL(`${name}.svg`, FOLDER);
    const drawn = picture(title, simulate(world));
    if (process.env.DRAW_PICTURES === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, drawn);
    }
    expect(readFileSync(file, 'utf8')).toBe(drawn);
  });
});
