/** People who claim by the protocol: they keep the newest ticket, poll when told, and claim when called. */
import { Agent } from 'node:http';
import { type Answer, claim, send } from '../gateway/client.js';
import { pause } from './kit.js';

export interface Outcome {
  readonly user: string;
  /** `granted`, or the code of the terminal refusal. */
  readonly end: string;
  readonly body: string;
  readonly requests: number;
  /** When it was told, monotonic, in milliseconds; and how long it had been told to wait before that. */
  readonly atMs: number;
  readonly lastPollMs: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 });

export function closePeople(): void {
  agent.destroy();
}

/** @param ports - of the gateways, taken in turn; a connection that fails is tried at the next one */
export async function person(ports: readonly number[], user: string, startAt = 0): Promise<Outcome> {
  let ticket: string | undefined;
  let polls = false;
  let requests = 0;
  let lastPollMs = 0;
  for (let turn = startAt; ; turn++) {
    const port = ports[turn % ports.length]!;
    requests++;
    let answer: Answer;
    try {
      answer = polls ? await poll(port, user, ticket!) : await ask(port, user, ticket);
    } catch {
      await pause(50 + Math.random() * 100);
      continue;
    }
    const done = (end: string): Outcome => ({
      user,
      end,
      body: answer.body.toString('latin1'),
      requests,
      atMs: performance.now(),
      lastPollMs,
    });
    if (!polls && answer.status < 300) return done('granted');
    const said = answer.json();
    if (answer.status === 410) return done(String(said.code));
    if (polls && (said.state === 'sold-out' || said.state === 'ended')) return done(String(said.state));
    if (typeof said.ticket === 'string' && said.ticket !== '') ticket = said.ticket;
    polls = ticket !== undefined && said.state === 'waiting';
    const retryMs = Number(answer.headers['retry-after'] ?? 1) * 1000 * (0.2 + Math.random() * 0.2);
    lastPollMs = typeof said.pollAfterMs === 'number' ? said.pollAfterMs : retryMs;
    const isTheirTurn = said.code === undefined && (said.state === 'called' || said.state === 'claimed');
    await pause(isTheirTurn ? 0 : lastPollMs);
  }
}

function ask(port: number, user: string, ticket: string | undefined): Promise<Answer> {
  return claim(port, user, { agent, headers: ticket === undefined ? {} : { 'spillway-ticket': ticket } });
}

function poll(port: number, user: string, ticket: string): Promise<Answer> {
  return send(port, { path: `/queue/lny/tickets/${ticket}`, agent, headers: { 'x-user-id': user } });
}
