/**
 * HTTP archives, as browsers save them, as traces. Whoever is asked for is told apart by `claimantHeader` where a
 * request has it; all others are one person. Header fields and bodies stay behind.
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { hashOf, type Imported } from './import-access-log.js';

const harSchema = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        startedDateTime: z.string(),
        request: z.object({
          method: z.string(),
          url: z.string(),
          headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
        }),
      }),
    ),
  }),
});

/**
 * @param path - only requests whose path begins so
 * @throws RangeError when the text is no HTTP archive
 */
export function importHar(
  text: string,
  path: string,
  claimantHeader: string,
  salt: Uint8Array = randomBytes(16),
): Imported {
  const har = harSchema.safeParse(parsed(text));
  if (!har.success) throw new RangeError('this is no HTTP archive: it has no log.entries with requests');
  let skipped = 0;
  const found = har.data.log.entries.flatMap(({ startedDateTime, request }) => {
    const atMs = Date.parse(startedDateTime);
    if (Number.isNaN(atMs) || !URL.canParse(request.url)) {
      skipped++;
      return [];
    }
    const { pathname, search } = new URL(request.url);
    if (!pathname.startsWith(path)) return [];
    const who = request.headers.find(({ name }) => name.toLowerCase() === claimantHeader)?.value ?? 'nobody';
    return [{ atMs, c: hashOf(who, salt), m: request.method, p: `${pathname}${search}` }];
  });
  found.sort((a, b) => a.atMs - b.atMs);
  const firstMs = found[0]?.atMs ?? 0;
  const lines = found.map(({ atMs, ...line }) => ({ t: atMs - firstMs, ...line }));
  return { lines, seconds: Math.max(1, Math.ceil((lines.at(-1)?.t ?? 0) / 1000)), skipped };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
