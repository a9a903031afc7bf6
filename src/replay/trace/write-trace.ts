/** Writes traces. The same header and lines always give the same bytes. */
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { type BurstOptions, claimantName } from '../burst-options.js';
import { MODEL_NAMES } from '../client-models.js';
import type { CrowdPlan } from '../crowd-plan.js';
import { TRACE_VERSION, type TraceLine } from './trace-format.js';

export interface TraceFacts {
  readonly source: string;
  readonly seconds: number;
  /** null: it was recorded. */
  readonly seed: number | null;
}

export function traceText(facts: TraceFacts, lines: Iterable<TraceLine>): string {
  const { source, seconds, seed } = facts;
  const texts = [JSON.stringify({ 'spillway-trace': TRACE_VERSION, source, seconds, seed })];
  for (const line of lines) texts.push(JSON.stringify(line));
  return `${texts.join('\n')}\n`;
}

/** A burst as its plan has it: the first request of everybody. Who comes by invitation only is not in it. */
export function planText(options: BurstOptions, plan: CrowdPlan): string {
  const lines: TraceLine[] = [];
  plan.arrivesAtUs.forEach((atUs, person) => {
    if (atUs === Number.POSITIVE_INFINITY) return;
    lines.push({
      t: atUs / 1000,
      c: claimantName({ runId: 'p' }, plan.claimant[person] as number),
      m: 'POST',
      p: options.claimPath,
      w: MODEL_NAMES[plan.model[person] as number] ?? 'obedient',
    });
  });
  return traceText({ source: `profile ${options.shape}`, seconds: options.overSeconds, seed: options.seed }, lines);
}

/** Packs it where the name ends in `.gz`; without a time in it, so that the bytes are the same each time. */
export async function saveTrace(file: string, text: string): Promise<void> {
  await writeFile(file, file.endsWith('.gz') ? gzipSync(text) : text);
}
