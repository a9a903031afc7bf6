/** What must have happened before a load: people who wait, claimants who have spent their tokens. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '../stand/wrk.mjs';

const PEOPLE = 10_000;
const AT_ONCE = 64;

/** @returns fields of the request that depend on what was prepared */
export async function prepare(kind, port, request, { seconds }) {
  switch (kind) {
    case undefined:
      return {};
    case 'hammered':
      for (let i = 0; i < 10; i++) await claim(port, request, 'hammer');
      return {};
    case 'spent': {
      // Everybody claims once; the load then goes round among them.
      const { requests, refused } = await load(
        port,
        { ...request, claimant: 'fresh' },
        { seconds: Math.ceil(seconds * 1.5) },
      );
      if (refused > 0) throw new Error(`${refused} of ${requests} first claims were refused`);
      // wrk makes one request at its start that it never sends; those under way at the end may not have been served.
      const people = { base: 1, people: requests - 2 * AT_ONCE };
      // Once round among them all: whoever was passed over has then claimed, too.
      await load(port, { ...request, ...people }, { seconds: Math.ceil(seconds * 2) });
      return people;
    }
    case 'joined':
      return { paths: await joined(port) };
    case 'claimed':
      await eachOf(PEOPLE, (n) => claim(port, request, claimantName(n)));
      return {};
  }
  throw new Error(`Nobody knows how to prepare ${kind}`);
}

/** One claim as the load sends it, for what is asked beside the load. @returns the status */
export async function claim(port, { method, path, bodyBytes = 0 }, claimant) {
  const body = bodyBytes === 0 ? undefined : `{"action":"claim","pad":"${'x'.repeat(bodyBytes - 27)}"}`;
  const headers = { 'x-user-id': claimant, 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

const claimantName = (n) => `u-${String(n).padStart(10, '0')}`;

async function joined(port) {
  const paths = new Array(PEOPLE);
  await eachOf(PEOPLE, async (n) => {
    const headers = { 'x-user-id': claimantName(n) };
    const answer = await fetch(`http://127.0.0.1:${port}/queue/lny/tickets`, { method: 'POST', headers });
    if (!answer.ok) throw new Error(`A join was answered with ${answer.status}`);
    paths[n] = `/queue/lny/tickets/${(await answer.json()).ticket}`;
  });
  const file = join(mkdtempSync(join(tmpdir(), 'spillway-bench-')), 'paths');
  writeFileSync(file, paths.join('\n'));
  return file;
}

async function eachOf(count, visit) {
  let next = 0;
  const walk = async () => {
    while (next < count) await visit(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
}
