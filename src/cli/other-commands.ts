/** All commands but `serve`, which loads none of them. */
import type { Command } from 'commander';
import { addAuditCommand } from './audit.js';
import { addBurstCommand } from './burst.js';
import { runCheck, type Write } from './check.js';
import { addReplayCommand } from './replay.js';
import { runSample } from './sample.js';
import { runSchema } from './schema.js';
import type { ServeOptions } from './serve.js';
import { addSimulateCommand } from './simulate.js';

export interface CommandEdge extends Pick<ServeOptions, 'env' | 'version' | 'signals'> {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

interface ConfigOption {
  readonly config: string;
}

/** @param configOption - flags, description and default of the option that names the configuration */
export function addOtherCommands(
  program: Command,
  configOption: readonly [string, string, string],
  edge: CommandEdge,
  finish: (status: number) => void,
): void {
  const { env, version, signals } = edge;
  const out: Write = (text) => void edge.out.write(text);
  const err: Write = (text) => void edge.err.write(text);
  program
    .command('sample')
    .description('Serve the sample campaign, with a claim service behind it.')
    .option(...configOption)
    .option('--service-port <port>', 'port of the claim service; 0 takes a free one', Number, 9000)
    .action(async ({ config, servicePort }: ConfigOption & { readonly servicePort: number }) =>
      finish(await runSample({ file: config, env, version, signals, out, err, servicePort })),
    );
  program
    .command('check')
    .description('Validate the configuration and print the effective one, secrets masked.')
    .option(...configOption)
    .action(async ({ config }: ConfigOption) => finish(await runCheck({ file: config, env, out, err })));
  program
    .command('schema')
    .description('Print the JSON Schema of the configuration.')
    .action(async () => finish(await runSchema({ out })));
  addAuditCommand(program, { out, err, env }, finish);
  addBurstCommand(program, { out: edge.out, err: edge.err }, finish);
  addReplayCommand(program, { out: edge.out, err: edge.err }, finish);
  addSimulateCommand(program, { out: edge.out, err: edge.err, env }, finish);
}
