/**
 * Answers to what never becomes a request of the application: bytes that are no HTTP, headers too large, requests
 * too slow, CONNECT, expectations. Each is a problem document, and the connection is closed where its framing is in
 * doubt. An answer still owed to an earlier request of the connection comes first: nobody takes our refusal of a
 * second request for the answer to the first.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { owedAnswer } from './pipelining.js';
import { type Problem, rawProblem, sendProblem } from './problem.js';
import type { RequestIds } from './request-id.js';

const CONNECT_REFUSED: Problem = {
  code: 'METHOD_NOT_ALLOWED',
  headers: ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
};
/** Slow senders that are answered in one turn of the event loop. */
const A_TURN = 3;
const EXPECTATION_REFUSED: Problem = { code: 'EXPECTATION_FAILED' };

/** @param refused - told of every refusal given here, and of the connection it came by, for counting */
export function answerClientErrors(
  server: Server,
  ids: RequestIds,
  refused: (problem: Problem, socket: Duplex) => void,
): void {
  const failed = new WeakSet<Duplex>();
  const slowOnes = new Trickle();
  server.on('clientError', (fault: NodeJS.ErrnoException, socket: Duplex) => {
    if (failed.has(socket)) return;
    failed.add(socket);
    if (!isOfHttp(fault) || !socket.writable) {
      socket.destroy(fault);
      return;
    }
    const problem = problemOf(fault);
    refused(problem, socket);
    const answer = (): void => {
      if (socket.writable) afterOwedAnswer(socket, () => endWith(socket, rawProblem(ids.next(), problem)));
    };
    if (problem.code === 'REQUEST_TIMEOUT') slowOnes.add(answer);
    else answer();
  });
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    refused(CONNECT_REFUSED, socket);
    socket.on('error', () => socket.destroy());
    endWith(socket, rawProblem(ids.next(), CONNECT_REFUSED));
  });
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
    refused(EXPECTATION_REFUSED, req.socket);
    sendProblem(res, ids.next(), EXPECTATION_REFUSED);
  });
}

/**
 * A few a turn of the event loop, in their order. Slow senders run out of time together, by the thousand where somebody
 * means it: to answer all of them at once would hold up everybody else.
 */
class Trickle {
  readonly #waiting: Array<() => void> = [];

  add(run: () => void): void {
    this.#waiting.push(run);
    if (this.#waiting.length === 1) setImmediate(this.#next);
  }

  readonly #next = (): void => {
    for (const run of this.#waiting.splice(0, A_TURN)) run();
    if (this.#waiting.length > 0) setImmediate(this.#next);
  };
}

/** Whether HTTP was spoken at all: a reset connection or a failed TLS handshake has nobody to answer. */
function isOfHttp(fault: NodeJS.ErrnoException): boolean {
  return fault.code === 'ERR_HTTP_REQUEST_TIMEOUT' || fault.code?.startsWith('HPE_') === true;
}

/** What a fault of Node's parser or timers is to the client. */
function problemOf(fault: NodeJS.ErrnoException): Problem {
  switch (fault.code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'HEADERS_TOO_LARGE' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'REQUEST_TIMEOUT' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { code: 'BODY_TOO_LARGE' };
    default:
      return { code: 'REQUEST_INVALID', detail: `The bytes received are not a valid HTTP/1.1 request${named(fault)}.` };
  }
}

/** The parser's name of its fault, which quotes nothing of the request. */
function named(fault: NodeJS.ErrnoException): string {
  return fault.code?.startsWith('HPE_') ? ` (${fault.code})` : '';
}

/**
 * Runs `refuse` when no earlier answer is owed. A fault inside the body of the request being answered is that
 * request's own: then it is refused at once if its answer has not begun, and cut off if it has.
 */
function afterOwedAnswer(socket: Duplex, refuse: () => void): void {
  const owed = owedAnswer(socket);
  if (owed === null) refuse();
  else if (!owed.req.complete) {
    if (owed.headersSent) socket.destroy();
    else refuse();
  } else {
    // The next answer of the pipeline is bound only after this event: look again then.
    owed.once('finish', () => setImmediate(() => (socket.writable ? afterOwedAnswer(socket, refuse) : undefined)));
  }
}

function endWith(socket: Duplex, bytes: string): void {
  socket.end(bytes, () => socket.destroy());
}
