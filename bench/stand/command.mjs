/** A measurement as a command: what it says while it runs, how it ends, and that nothing it started outlives it. */
import { stopAll } from './processes.mjs';

export const tell = (text) => process.stderr.write(`${text}\n`);

/**
 * Exit status: what `run` says; 1 error, 2 wrong use.
 * @param optionsOf - what the command line asks for; throws a sentence where it asks for nothing that there is
 */
export async function command(optionsOf, run) {
  process.exitCode = await statusOf(optionsOf, run).catch((fault) => {
    tell(fault.stack);
    return 1;
  });
}

async function statusOf(optionsOf, run) {
  let options;
  try {
    options = optionsOf();
  } catch (fault) {
    tell(fault.message);
    return 2;
  }
  try {
    return await run(options);
  } finally {
    await stopAll();
  }
}
