import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addBurstCommand } from '../../src/cli/burst.js';
import { type ClaimService, startClaimService } from '../../src/sample/claim-service.js';

let service: ClaimService;

beforeEach(async () => {
  service = await startClaimService({ serviceMs: 1 });
});
afterEach(() => service.stop());

/** Runs `spillway burst …` for 20 people who find the service without a gateway in front. */
async function run(...words: string[]) {
  const written = { out: '', err: '' };
  let exitStatus: number | null = null;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const out = { write: (text: string) => (written.out += text) };
  const err = { write: (text: string) => (written.err += text) };
  const command = addBurstCommand(program, { out, err }, (status) => {
    exitStatus = status;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  const few = ['--people', '20', '--over', '0.2', '--target', service.url, '--service', service.url];
  const busyMachine = ['--max-slip', '10000', '--min-fairness', '0'];
  await program.parseAsync(['burst', ...few, ...busyMachine, ...words], { from: 'user' });
  return { ...written, exitStatus };
}

describe('spillway burst', () => {
  it('prints the report and exits 0 when every promise held', async () => {
    const { out, exitStatus } = await run();
    expect(exitStatus).toBe(0);
    expect(out).toContain('20 of 20 (100.0 %)');
  });

  it('prints nothing but JSON with --json', async () => {
    const { out } = await run('--json', '--seed', '5', '--absent', '0.5');
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      granted: 20,
      outcome: 'held',
      options: { seed: 5, mix: { obedient: 0.5, absent: 0.5 } },
    });
  });

  it('exits 99 when a promise broke', async () => {
    const { exitStatus } = await run('--rate', '1', '--burst', '1');
    expect(exitStatus).toBe(99);
  });

  it('sees no service with --no-service', async () => {
    const { out } = await run('--no-service');
    expect(out).toContain('not asked');
  });

  it('exits 1 with a sentence and a cure when nothing listens', async () => {
    await service.stop();
    const { err, exitStatus } = await run();
    expect(exitStatus).toBe(1);
    expect(err).toContain(`Nothing listens at ${service.url}: start the sample with \`npm start\``);
  });

  it('takes several gateways with their shares', async () => {
    const { out } = await run('--json', '--target', `${service.url}/,3`);
    const { options } = JSON.parse(out) as { options: { targets: unknown } };
    expect(options.targets).toEqual([
      { url: service.url, share: 1 },
      { url: service.url, share: 3 },
    ]);
  });

  it.each([
    ['--people', '0'],
    ['--people', 'many'],
    ['--people', '2.5'],
    ['--absent', '1.5'],
    ['--target', 'localhost:8080'],
    ['--target', 'http://127.0.0.1:1,0'],
    ['--arrivals', 'sudden'],
  ])('refuses %s %s', async (option, value) => {
    await expect(run(option, value)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});
