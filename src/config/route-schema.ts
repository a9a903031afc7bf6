/** One route of a claim service: methods and a path of plain segments. */
import * as z from 'zod';
import { pattern } from './pattern.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Segments of one or two dots are left out: no request path has any left when routes are matched. */
const path = pattern(
  /^(?=.)(\/(?!\.{1,2}(?:\/|$))(?:[A-Za-z0-9._~-]+|:[A-Za-z_][A-Za-z0-9_]*))*(\/\*)?$/,
  'segments of /name or /:parameter, the last may be /*',
).describe('Literal segments, :parameter for one segment, * as the last for all below.');

/** @param methods - those of a route that names none */
export function routeSchema(methods: (typeof METHODS)[number][]) {
  return z.strictObject({
    methods: z.array(z.enum(METHODS)).min(1).default(methods).describe('HTTP methods.'),
    path,
  });
}
