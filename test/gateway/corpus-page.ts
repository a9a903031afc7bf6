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
`;
}

function escaped(text: string): string {
  return text.replace(/[|*_`<>\\]/g, '\\$&');
}
