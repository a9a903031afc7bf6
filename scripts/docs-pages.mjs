/** Writes `docs/cli.md` and `docs/codes.md` from what was built: the commands' own help, and the table of codes. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { problemCodes, problemType } from '../dist/http/problem-codes.js';

const help = (...command) =>
  execFileSync(process.execPath, ['dist/main.js', ...command, '--help'], {
    encoding: 'utf8',
    // As wide as the page, whatever terminal this runs in.
    env: { PATH: process.env.PATH, COLUMNS: '100' },
  });
const block = (text) => `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;

const overview = help();
const commands = [...overview.slice(overview.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm)]
  .map(([, name]) => name)
  .filter((name) => name !== 'help');

writeFileSync(
  'docs/cli.md',
  `# Commands

Generated from \`spillway --help\`. In a clone, \`spillway\` is \`node dist/main.js\` after \`npm run build\`.

| exit status | meaning |
|---|---|
| 0 | success; of \`replay\`, \`simulate\` and \`burst\`: every promise and threshold held |
| 1 | an error, or a check that failed |
| 2 | wrong use |
| 98 | \`replay\`, \`simulate\`, \`burst\`: the run is invalid, since the generator itself fell behind |
| 99 | \`replay\`, \`simulate\`, \`burst\`: a promise or a threshold broke |

${block(overview)}
${commands.map((name) => `## ${name}\n\n${block(help(name))}`).join('\n')}`,
);

const rows = Object.entries(problemCodes)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([code, { status, title, detail }]) =>
      `| \`${code}\` | ${status} | ${title} | ${detail} | \`${problemType(code)}\` |`,
  );
writeFileSync(
  'docs/codes.md',
  `# Codes

Generated from the table that the gateway answers by. What each means for a client, and what it does next, stands in
[the API](api.md#codes). A code may be added; none is renamed or changes its status.

| code | status | \`title\` | \`detail\`, where nothing more exact is said | \`type\` |
|---|---|---|---|---|
${rows.join('\n')}
`,
);
