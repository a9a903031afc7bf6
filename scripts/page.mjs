/**
 * Runs the shell blocks of one page in order, in the folder it is started in, each as a reader would: in a shell of its
 * own. Exit status 0 when each did what its fence says (`shell-blocks.mjs`).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { shellBlocks } from './shell-blocks.mjs';

/** How long one block may take, and how long what goes on may take to stop. */
const BLOCK_MS = 120_000;
const STOP_MS = 20_000;
const AGAIN_MS = 1000;

class Shell {
  said = '';
  #look = () => {};

  constructor(text) {
    // A group of its own, so that whatever the block started is stopped with it.
    this.child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => {
        this.said += chunk;
        this.#look();
      });
    }
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
  }

  /** True once it has printed this; false when it ended without. */
  prints(pattern) {
    const printed = new Promise((resolve) => {
      this.#look = () => pattern.test(this.said) && resolve(true);
      this.#look();
    });
    return Promise.race([printed, this.ended.then(() => pattern.test(this.said))]);
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  stop(signal) {
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }
}

function inTime(promise, what, limitMs = BLOCK_MS) {
  const late = pause(limitMs, undefined, { ref: false }).then(() => {
    throw new Error(`${what} within ${limitMs / 1000} s`);
  });
  return Promise.race([promise, late]);
}

function expectStatus(status, { status: allowed = '0' }) {
  if (!allowed.split('|').includes(String(status))) throw new Error(`it ended with ${status}, not ${allowed}`);
}

async function runBlock({ text, marks }, shells, tries = 3) {
  const shell = new Shell(text);
  shells.push({ shell, marks });
  if ('serves' in marks || 'beside' in marks) {
    const word = 'serves' in marks ? /\bready\b/i : new RegExp(marks.beside);
    if (!(await inTime(shell.prints(word), `it does not print ${word}`))) throw new Error(`it never printed ${word}`);
    return;
  }
  expectStatus(await inTime(shell.ended, 'it does not end'), marks);
  if (!('prints' in marks) || new RegExp(marks.prints, 'm').test(shell.said)) return;
  // A gateway whose machine has other work may turn people away: who comes again is served.
  if (tries === 1) throw new Error(`it does not print "${marks.prints}"`);
  await pause(AGAIN_MS);
  await runBlock({ text, marks }, shells, tries - 1);
}

const [page] = process.argv.slice(2);
const shells = [];
let failed = null;
for (const block of shellBlocks(readFileSync(page, 'utf8'), page)) {
  const first = block.text.split('\n', 1)[0];
  if ('no-run' in block.marks) {
    console.log(`  not run, ${block.marks['no-run']}: ${first}`);
    continue;
  }
  const from = performance.now();
  try {
    await runBlock(block, shells);
    console.log(`  ${((performance.now() - from) / 1000).toFixed(1)} s: ${first}`);
  } catch (err) {
    failed = `${page}:${block.line}: ${err.message}\n${block.text}\n--- what it said last ---\n${shells.at(-1).shell.said.slice(-6000)}`;
    break;
  }
}
try {
  for (const { shell, marks } of failed === null ? shells : []) {
    if ('beside' in marks) expectStatus(await inTime(shell.ended, 'what goes on beside does not end'), marks);
  }
} catch (err) {
  failed = `${page}: ${err.message}`;
}
for (const { shell } of shells.toReversed().filter(({ shell }) => shell.running)) {
  shell.stop('SIGTERM');
  await Promise.race([shell.ended, pause(STOP_MS, undefined, { ref: false })]);
}
for (const { shell } of shells) shell.stop('SIGKILL');
if (failed !== null) console.error(failed);
process.exitCode = failed === null ? 0 : 1;
