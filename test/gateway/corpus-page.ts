/** The corpus as a page: what is sent, and what comes back. */
import type { HostileCase } from './corpus.js';

export function corpusPage(
  corpus: readonly HostileCase[],
  odd: ReadonlyArray<readonly [name: string, ...unknown[]]>,
): string {
  const rows = corpus.map(({ name, answer: [status, code] }) => `| ${escaped(name)} | ${status} \`${code}\` |`);
  return `# Requests that mean harm, and their answers

Each is sent as bytes by the tests, with the identity of somebody who could claim. Each gets this one answer, after which
the connection is closed, and neither a lenient service nor a strict one sees anything of it. Written by
\`test/gateway/corpus-page.test.ts\` (\`SPILLWAY_WRITE_PAGES=1\`).

| request | answer |
|---|---|
${rows.join('\n')}

## Odd, and right

These are served as one claim that can be read in one way only: without hop-by-hop fields, expectation, upgrade and trailer
fields, with one length, and with Spillway's own fields once.

${odd.map(([name]) => `- ${escaped(name)}`).join('\n')}
- requests in a pipeline: one by one, answered in their order; none behind one that ends the connection
- HEAD of a route that passes: as HEAD, without a body of its answer

## Slow on purpose

5,000 connections that never end their request, of one address, half of them within the header and half within the body,
and back a second after each is cut off (after 10 and 30 s), beside 200 claims a second of others, on the two cores that all of
it shared (\`node bench/hostile.mjs slow 5000\`; the attacker's process at the lowest priority, as in life it has machines of
its own): every claim of others passed. Slow senders are looked for 40 times a second and cut off three a turn of the event
loop. With nothing else running on the machine the slowest hundredth of claims took 5.1 ms before the attack and 5.8 ms during
it (24 November 2026): 1.15 times, where the mark is 1.5. On a machine with other work an earlier run gave 22.8 ms
before and 114 ms during: two busy cores are too few to hold both, and a share of the clients' wait is the client's own.
`;
}

function escaped(text: string): string {
  return text.replace(/[|*_`<>\\]/g, '\\$&');
}
