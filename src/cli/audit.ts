/** `spillway audit`: what the store knows of a campaign's claims, and an operator's word on those nobody knows of. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { CLAIM_OUTCOMES, type ClaimOutcome, type Word } from '../admin/claims-desk.js';
import { openClaimsAudit } from '../compose/audit.js';
import type { Environment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import { printOrder, publishedLottery } from './audit-order.js';
import type { Write } from './check.js';

interface AuditCommandOptions {
  readonly config: string;
  readonly unknown?: true;
  readonly verify?: true;
  readonly resolve?: readonly string[];
  readonly who?: string;
  readonly reason?: string;
  readonly order?: true | readonly string[];
  readonly document?: string;
  readonly commitment?: string;
  readonly erase?: string;
  readonly path?: string;
  readonly method?: string;
  readonly key?: string;
}

export interface AuditStreams {
  readonly out: Write;
  readonly err: Write;
  readonly env: Environment;
}

/** @param finish - receives the exit status */
export function addAuditCommand(program: Command, streams: AuditStreams, finish: (status: number) => void): Command {
  return program
    .command('audit')
    .summary('what the store knows of a campaign')
    .description("Print what the store knows of a campaign's claims.")
    .argument('<campaign>', 'id of the campaign')
    .option('--config <file>', 'configuration file', streams.env.SPILLWAY_CONFIG ?? 'config/spillway.yaml')
    .option('--unknown', 'list the claims of unknown outcome instead, one JSON object a line')
    .option('--verify', 'say whether the audit logs, of the campaign and of the gateways, are as they were written')
    .option(
      '--order [numbers...]',
      'compute in what order lots were drawn: of these numbers in order of joining, or of all',
    )
    .option(
      '--document <url>',
      "with --order: from a campaign document, a file or a gateway's status.json, instead of the store",
    )
    .option('--commitment <text>', 'with --order: what was published before the draw, as somebody noted it')
    .option('--resolve <id-and-outcome...>', "say how one of them ended: its id, or 'lost', and granted or not-granted")
    .option('--who <name>', 'whose word that is; stands in the audit log (default: the user of this machine)')
    .option('--reason <why>', 'why; stands in the audit log')
    .option('--erase <claimant>', 'take the stored answer of this claimant away; with --path')
    .option('--path <path>', 'with --erase: the path of the claim')
    .option('--method <method>', 'with --erase: its method', 'POST')
    .option('--key <key>', 'with --erase: its Idempotency-Key, where the ledger goes by it')
    .action(async (campaign: string, options: AuditCommandOptions) =>
      finish(await runAudit(campaign, options, streams)),
    );
}

/** @returns exit status: 0 done, 1 error or nothing to resolve, 2 wrong use */
export async function runAudit(
  campaign: string,
  options: AuditCommandOptions,
  { out, err, env }: AuditStreams,
): Promise<number> {
  const [id, outcome, ...rest] = options.resolve ?? [];
  const wanted = CLAIM_OUTCOMES.find((one) => one === outcome);
  if (options.resolve !== undefined && (id === undefined || wanted === undefined || rest.length > 0)) {
    err("--resolve takes an id of --unknown, or 'lost', and then granted or not-granted\n");
    return 2;
  }
  const ordered = { numbers: options.order === true ? [] : (options.order ?? []), commitment: options.commitment };
  try {
    if (options.order && options.document) {
      return printOrder(await publishedLottery(options.document), ordered, out, err);
    }
    const opened = await openClaimsAudit(loadConfig({ file: options.config, env }), campaign);
    try {
      if (id !== undefined && wanted !== undefined)
        return await resolveOne(opened, id, wanted, wordOf(options, '--resolve'), { out, err });
      if (options.erase !== undefined) return await eraseOne(opened, options.erase, options, out, err);
      if (options.order) return printOrder(await opened.lottery(), ordered, out, err);
      if (options.verify) return await verifyLogs(opened, out, err);
      if (options.unknown) for await (const claim of opened.desk.unknown()) out(`${JSON.stringify(claim)}\n`);
      else for (const [name, value] of Object.entries(await opened.desk.figures())) out(`${name} ${value}\n`);
      return 0;
    } finally {
      await opened.close();
    }
  } catch (fault) {
    err(`${fault instanceof Error ? fault.message : String(fault)}\n`);
    return 1;
  }
}

/** @returns 0 when every log is intact, else 1 */
async function verifyLogs(opened: Opened, out: Write, err: Write): Promise<number> {
  let status = 0;
  for (const { log, verdict } of await opened.verify()) {
    if (verdict.kind === 'intact') {
      const kept = verdict.from > 1 ? `, those before revision ${verdict.from} are not kept any more` : '';
      out(`${log}: intact, ${verdict.records} records${kept}\n`);
    } else {
      err(`${log}: broken at record ${verdict.at}. ${verdict.why}\n`);
      status = 1;
    }
  }
  return status;
}

function wordOf({ who, reason }: AuditCommandOptions, option: '--resolve' | '--erase'): Word {
  return { who: who ?? userInfo().username, reason: reason ?? `said so with spillway audit ${option}` };
}

const ERASURES = {
  erased: 'the stored answer is gone, from gateways within a second; that the claim was settled stays known',
  none: 'the store keeps no answer of this claim; gateways that have one in memory forget it within a second',
  open: 'nothing changed: the claim has no answer yet; it is at the service, or nobody knows how it ended',
  'no-ledger': 'this campaign keeps no answers (claims.mode: off)',
  'no-route': 'no route of this campaign takes --method and --path',
  'key-missing': 'the ledger of this campaign goes by the Idempotency-Key; give --key',
} as const;

async function eraseOne(
  opened: Opened,
  claimant: string,
  options: AuditCommandOptions,
  out: Write,
  err: Write,
): Promise<number> {
  const { path = '', method = 'POST', key } = options;
  const { kind } = await opened.desk.erase({ claimant, method, path, idempotencyKey: key }, wordOf(options, '--erase'));
  (kind === 'erased' ? out : err)(`${ERASURES[kind]}\n`);
  return kind === 'erased' ? 0 : 1;
}

type Opened = Awaited<ReturnType<typeof openClaimsAudit>>;

async function resolveOne(
  opened: Opened,
  id: string,
  outcome: ClaimOutcome,
  word: Word,
  { out, err }: Pick<AuditStreams, 'out' | 'err'>,
): Promise<number> {
  const resolution = await opened.desk.resolve(id, outcome, word);
  if (resolution === 'resolved') {
    out(`${JSON.stringify({ id, outcome, ...word, resolvedAt: new Date().toISOString() })}\n`);
    return 0;
  }
  const why = {
    none: 'the store has no such claim',
    closed: 'it has a final answer already',
    'in-flight': 'it is at the service; its answer may be on the way',
  }[resolution];
  err(`${id}: nothing changed, ${why}\n`);
  return 1;
}
