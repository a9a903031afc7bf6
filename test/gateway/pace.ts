/** A crowd of obedient people before one or more gateways, and what the service saw of it. */
import { Agent } from 'node:http';
import type { RunningGateway } from '../support/gateway.js';
import { type Answer, claim, send } from './client.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface CrowdOptions {
  readonly people: number;
  /** The gateway's port for person `at`. */
  readonly portOf: (at: number) => number;
  /** Whether this claim of person `at` is aborted 1 to 40 ms after it was sent. */
  readonly aborts?: (at: number, attempt: number) => boolean;
  readonly patienceMs: number;
}

export interface CrowdResult {
  readonly granted: number;
  /** Requests sent, by what came of them: a code, `granted`, or `aborted`. */
  readonly answers: ReadonlyMap<string, number>;
  readonly polls: number;
}

export async function crowd({ people, portOf, aborts = () => false, patienceMs }: CrowdOptions): Promise<CrowdResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 400 });
  const answers = new Map<string, number>();
  const untilMs = performance.now() + patienceMs;
  let granted = 0;
  let polls = 0;
  const count = (what: string): void => void answers.set(what, (answers.get(what) ?? 0) + 1);

  async function claimOnce(at: number, attempt: number, ticket: string | null): Promise<Answer | null> {
    const headers: Record<string, string> = ticket === null ? {} : { 'spillway-ticket': ticket };
    const signal = aborts(at, attempt) ? AbortSignal.timeout(1 + ((at * 13 + attempt * 7) % 40)) : undefined;
    const more = signal === undefined ? { headers, agent } : { headers, agent, signal };
    const answer = await claim(portOf(at), `p${at}`, more).catch(() => null);
    count(answer === null ? 'aborted' : answer.status === 201 ? 'granted' : String(answer.headers['spillway-code']));
    return answer;
  }

  async function person(at: number): Promise<void> {
    let ticket: string | null = null;
    for (let attempt = 0; performance.now() < untilMs; attempt++) {
      const answer = await claimOnce(at, attempt, ticket);
      if (answer?.status === 201) {
        granted++;
        return;
      }
      let document = answer === null ? null : answer.json();
      ticket = (document?.ticket as string | undefined) ?? ticket;
      let waitMs = document === null ? 50 : ((document.pollAfterMs as number | undefined) ?? 500);
      await sleep(waitMs);
      while (document !== null && ticket !== null && document.position !== 0) {
        const poll = await send(portOf(at), {
          path: '/queue/lny/tickets/me',
          headers: { 'spillway-ticket': ticket },
          agent,
        });
        polls++;
        document = poll.json();
        if (document.state !== 'waiting' || performance.now() > untilMs) break;
        ticket = document.ticket as string;
        waitMs = document.pollAfterMs as number;
        await sleep(waitMs);
      }
      ticket = (document?.ticket as string | undefined) ?? ticket;
    }
  }

  await Promise.all(Array.from({ length: people }, (_, at) => person(at)));
  agent.destroy();
  return { granted, answers, polls };
}

/** When claims are handed over, in milliseconds on the clock that all gateways of this process share. */
export function recordHandOvers(gateways: readonly RunningGateway[]): readonly number[] {
  const times: number[] = [];
  for (const { gateway } of gateways) {
    const { upstream } = gateway.campaigns.get('lny')!.context;
    const dispatch = upstream.dispatch.bind(upstream);
    upstream.dispatch = (request, sink, mayLeave = () => true) =>
      dispatch(request, sink, (leaver) => {
        const leaves = mayLeave(leaver);
        if (leaves) times.push(performance.now());
        return leaves;
      });
  }
  return times;
}

/** The largest excess of hand-overs in any window over `burst + ratePerSecond × window`; 0 or less: within the bound. */
export function excess(
  times: readonly number[],
  { ratePerSecond, burst }: { readonly ratePerSecond: number; readonly burst: number },
): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < times.length; from++) {
    for (let to = from; to < times.length; to++) {
      const windowSeconds = (times[to]! - times[from]!) / 1000;
      most = Math.max(most, to - from + 1 - (burst + ratePerSecond * windowSeconds));
    }
  }
  return most;
}
