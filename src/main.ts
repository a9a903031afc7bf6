#!/usr/bin/env node
/** The process edge: the only reader of arguments, environment and signals. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAuditCommand } from './cli/audit.js';
import { addBurstCommand } from './cli/burst.js';
import { runCheck } from './cli/check.js';
import { addReplayCommand } from './cli/replay.js';
import { runSample } from './cli/sample.js';
import { runSchema } from './cli/schema.js';
import { runServe } from './cli/serve.js';
import { addSimulateCommand } from './cli/simulate.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const env = process.env;
const out = (text: string): void => void process.stdout.write(text);
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
  .action(async ({ config }: ConfigOption) =>
    finish(await runServe({ file: config, env, version, signals: process, err })),
  );
program
  .command('sample')
  .description('Serve the sample campaign, with a claim service behind it.')
  .option(...CONFIG)
  .option('--service-port <port>', 'port of the claim service; 0 takes a free one', Number, 9000)
  .action(async ({ config, servicePort }: ConfigOption & { readonly servicePort: number }) =>
    finish(await runSample({ file: config, env, version, signals: process, out, err, servicePort })),
  );
program
  .command('check')
  .description('Validate the configuration and print the effective one, secrets masked.')
  .option(...CONFIG)
  .action(async ({ config }: ConfigOption) => finish(await runCheck({ file: config, env, out, err })));
program
  .command('schema')
  .description('Print the JSON Schema of the configuration.')
  .action(async () => finish(await runSchema({ out })));
addAuditCommand(program, { out, err, env }, finish);
addBurstCommand(program, { out: process.stdout, err: process.stderr }, finish);
addReplayCommand(program, { out: process.stdout, err: process.stderr }, finish);
addSimulateCommand(program, { out: process.stdout, err: process.stderr, env }, finish);

try {
  await program.parseAsync();
} catch (fault) {
  if (!(fault instanceof CommanderError)) throw fault;
  // Help and version are no errors; anything else that Commander complains of is wrong use.
  finish(fault.exitCode === 0 ? 0 : 2);
}
