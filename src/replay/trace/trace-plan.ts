/**
 * The crowd of a trace. A person arrives with the first request of its claimant; what it did afterwards is left out,
 * since behind each arrival stands a client that follows the protocol: its polls are made anew. Further lines that
 * name a client model are further devices of the same claimant.
 */
import { type Mix, MODEL_NAMES } from '../client-models.js';
import { type CrowdPlan, castPeople } from '../crowd-plan.js';
import type { Trace } from './read-trace.js';
import type { TraceLine } from './trace-format.js';

export interface TracePlanOptions {
  /** Into which the whole trace is stretched or pressed. */
  readonly overSeconds: number;
  readonly seed: number;
  readonly mix: Mix;
  readonly shares: readonly number[];
}

export function planFromTrace({ header, lines }: Trace, options: TracePlanOptions): CrowdPlan {
  const first = new Map<string, number>();
  const arrivals: TraceLine[] = [];
  const claimant: number[] = [];
  for (const line of lines) {
    const owner = first.get(line.c);
    if (owner !== undefined && line.w === undefined) continue;
    const person = arrivals.push(line) - 1;
    if (owner === undefined) first.set(line.c, person);
    claimant.push(owner ?? person);
  }
  const scale = (options.overSeconds / header.seconds) * 1000;
  const cast = castPeople(arrivals.length, options.shares, options.mix, options.seed);
  arrivals.forEach(({ w }, person) => {
    if (w !== undefined) cast.model[person] = Math.max(0, (MODEL_NAMES as readonly string[]).indexOf(w));
  });
  return {
    arrivesAtUs: Float64Array.from(arrivals, ({ t }) => Math.floor(t * scale)),
    target: cast.target,
    model: cast.model,
    claimant: Int32Array.from(claimant),
    ...(arrivals.some(({ k, h, b }) => k !== undefined || h !== undefined || b !== undefined)
      ? { claims: arrivals.map(({ k, h, b }) => ({ k, h, b })) }
      : {}),
  };
}
