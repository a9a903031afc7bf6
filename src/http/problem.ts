/**
 * Problem documents (RFC 9457): the one way in which Spillway says no. Whatever does not change is built once per
 * code, as a flood is answered mostly with refusals: a refusal concatenates a few strings and writes once.
 */
import type { ServerResponse } from 'node:http';
import { AnswerHead, sendAscii, sendWhole } from '../proxy/whole-answer.js';
import { type TicketDocument, ticketJson } from '../waiting-room/ticket-document.js';
import { fieldLines } from '../wire/field-syntax.js';
import { type ProblemCode, problemCodes, problemType } from './problem-codes.js';
import { apiSecurityHeaders } from './security-headers.js';

/** Members beyond the standard ones; those are Spillway's own to set. */
export type ProblemMembers = Readonly<Record<string, unknown>> & {
  readonly [reserved in 'type' | 'title' | 'status' | 'detail' | 'code' | 'instance']?: never;
};

export interface Problem {
  readonly code: ProblemCode;
  /** A sentence for this one case; without it, the sentence of the code. Never holds a secret, ticket or claimant. */
  readonly detail?: string | undefined;
  /** Whole seconds, from `retryAfterSeconds`; absent where trying again makes no sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** Further members of the document, e.g. `outcome`, `violated-policies` or `opensAt`. */
  readonly members?: ProblemMembers | undefined;
  /** Of somebody who has to wait: its members are those of the problem document, in place of `members`. */
  readonly ticket?: TicketDocument | undefined;
  /** Made by `prepareProblem`, in place of `detail` and `members`. */
  readonly prepared?: PreparedProblem | undefined;
  /** Further fields, names and values in turn, e.g. those of CORS, `Allow` or `RateLimit`. */
  readonly headers?: readonly string[] | undefined;
}

/** What is the same in each refusal of a kind. */
export interface PreparedProblem {
  readonly head: AnswerHead;
  /** JSON up to and including `"detail":`. */
  readonly opening: string;
  /** The sentence, as JSON. */
  readonly detail: string;
  /** JSON behind the value of `instance`. */
  readonly closing: string;
  /** Whether all of it is ASCII. */
  readonly ascii: boolean;
}

const NO_FIELDS: readonly string[] = [];

const prebuilt = Object.fromEntries(
  Object.entries(problemCodes).map(([code, definition]) => [code, prebuild(code as ProblemCode, definition.status)]),
) as Readonly<Record<ProblemCode, PreparedProblem>>;

function prebuild(code: ProblemCode, status: number): PreparedProblem {
  const { title, detail, headers = [] } = problemCodes[code];
  const members = JSON.stringify({ type: problemType(code), title, status, code });
  const head = new AnswerHead(status, [
    ...['Content-Type', 'application/problem+json', 'Spillway-Code', code, 'Cache-Control', 'no-store'],
    ...apiSecurityHeaders,
    ...headers,
  ]);
  return inText({ head, opening: `${members.slice(0, -1)},"detail":`, detail: JSON.stringify(detail), closing: '}' });
}

function inText(problem: Omit<PreparedProblem, 'ascii'>): PreparedProblem {
  const text = problem.opening + problem.detail + problem.closing;
  return { ...problem, ascii: Buffer.byteLength(text) === text.length };
}

/** For refusals that a flood meets with again and again, as those of one limit. */
export function prepareProblem(code: ProblemCode, detail: string, members: ProblemMembers): PreparedProblem {
  return inText({ ...prebuilt[code], detail: JSON.stringify(detail), closing: `,${JSON.stringify(members).slice(1)}` });
}

/**
 * Answers with a problem document, or cuts the connection where an answer has already begun, so that nobody takes
 * half of it for the whole.
 * @param requestId - from `RequestIds`: characters that need no escaping in JSON
 * @param further - fields beside those of the problem: whoever has both need not put them together
 */
export function sendProblem(
  res: ServerResponse,
  requestId: string,
  problem: Problem,
  further: readonly string[] = NO_FIELDS,
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const known = problem.prepared ?? prebuilt[problem.code];
  const fields = problemFields(problem, further);
  const body = problemBody(known, requestId, problem);
  if (known.ascii && problem.detail === undefined && problem.members === undefined) {
    sendAscii(res, known.head, fields, body);
  } else sendWhole(res, known.head, fields, body);
}

/**
 * The same answer as bytes for a socket that has no response object, because its request could not be parsed.
 * The connection is to be closed after it.
 */
export function rawProblem(requestId: string, problem: Problem): string {
  const known = problem.prepared ?? prebuilt[problem.code];
  const body = problemBody(known, requestId, problem);
  const last = [
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Date',
    new Date().toUTCString(),
    'Connection',
    'close',
  ];
  return `${known.head.text}${fieldLines(problemFields(problem, NO_FIELDS))}${fieldLines(last)}\r\n${body}`;
}

function problemBody(known: PreparedProblem, requestId: string, problem: Problem): string {
  const detail = problem.detail === undefined ? known.detail : JSON.stringify(problem.detail);
  const members = membersJson(problem);
  const closing = members === '{}' ? known.closing : `,${members.slice(1)}`;
  return `${known.opening}${detail},"instance":"${requestId}"${closing}`;
}

function membersJson({ members, ticket }: Problem): string {
  if (ticket !== undefined) return ticketJson(ticket);
  return members === undefined ? '{}' : JSON.stringify(members);
}

function problemFields(
  { retryAfterSeconds, headers = NO_FIELDS }: Problem,
  further: readonly string[],
): readonly string[] {
  if (retryAfterSeconds !== undefined) return ['Retry-After', String(retryAfterSeconds), ...headers, ...further];
  if (headers.length === 0) return further;
  return further.length === 0 ? headers : [...headers, ...further];
}
