/** The process edge: the only reader of arguments, environment and signals. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const env = process.env;
const err = (text: string): void => void process.stderr.write(text);
const finish = (status: number): void => {
  process.exitCode = status;
};

const CONFIG = ['--config <file>', 'configuration file', env.SPILLWAY_CONFIG ?? 'config/spillway.yaml'] as const;
interface ConfigOption {
  readonly config: string;
}

const program = new Command('spillway')
  .description('A gateway in front of incentive-claim endpoints.')
  .version(version)
  .exitOverride()
  .showHelpAfterError();

program
  .command('serve')
  .description('Serve the configured campaigns.')
  .option(...CONFIG)
  .action(async ({ config }: ConfigOption) => {
    const { runServe } = await import('./serve.js');
    finish(await runServe({ file: config, env, version, signals: process, err }));
  });
// A gateway may start while people wait: what only other commands need is not loaded for it.
if (process.argv[2] !== 'serve') {
  const { addOtherCommands } = await import('./other-commands.js');
  addOtherCommands(
    program,
    CONFIG,
    { version, env, signals: process, out: process.stdout, err: process.stderr },
    finish,
  );
}

try {
  await program.parseAsync();
} catch (fault) {
  if (!(fault instanceof CommanderError)) throw fault;
  // Help and version are no errors; anything else that Commander complains of is wrong use.
  finish(fault.exitCode === 0 ? 0 : 2);
}
