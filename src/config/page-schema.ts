/** Settings of the waiting page of one campaign. */
import * as z from 'zod';
import { brandSchema } from '../http/waiting-page/brand.js';
import { pattern } from './pattern.js';

export const pageSchema = z.strictObject({
  title: z.string().max(120).default('').describe('The campaign as people know it; empty: its id.'),
  brand: brandSchema.prefault({}).describe('Whose page it is.'),
  language: pattern(/^[A-Za-z0-9-]{2,35}$/, 'a language tag, e.g. en or pt-BR')
    .default('en')
    .describe('Language for who wants none of those there are.'),
  textsFolder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder of further languages, one JSON file each; they replace ours of the same name.'),
  returnTo: pattern(/^\/(?!\/)\S{0,1000}$/, 'a path of the campaign, e.g. /campaigns/lny-2026')
    .nullable()
    .default(null)
    .describe('Where the page sends who is called, a path that the campaign serves by GET; ?return= of the page wins.'),
});
