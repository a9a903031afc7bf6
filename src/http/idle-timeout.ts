/**
 * How long a connection stands idle between two requests. Node makes a timer when an answer has left and gives it up when
 * the next request comes, each time anew; here one timer a connection looks, when it is due, at what came meanwhile.
 *
 *   answer left ──▶ due in `ms` ──next request──▶ not due ──answer left──▶ due in `ms` …
 *   timer ──▶ not due yet: waits for the rest
 *        └──▶ due: a last look, a second later ──nothing was received──▶ 'timeout'
 *
 * The last look is for a request that is on its way when the time ends, as `keepAliveTimeoutBuffer` of later Nodes is.
 */
import type { Socket } from 'node:net';

const LAST_LOOK_MS = 1000;

/** From now on `socket.setTimeout`, which Node's server calls twice with every request, costs no timer. */
export function keepIdleTimeout(socket: Socket): void {
  const nodes = socket.setTimeout;
  const idle = new IdleTimeout(socket);
  socket.setTimeout = (ms: number, callback?: () => void): Socket => {
    if (callback === undefined) {
      idle.set(ms);
      return socket;
    }
    // Whoever wants to be told is none of those who ask with every request.
    idle.set(0);
    return nodes.call(socket, ms, callback);
  };
}

class IdleTimeout {
  /** 0: it may stand idle for as long as it wants. */
  #ms = 0;
  /** On the clock of `performance`. */
  #dueMs = 0;
  /** What had been received when the time ended; -1: it has not. */
  #receivedThen = -1;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly socket: Socket) {}

  set(ms: number): void {
    this.#ms = ms;
    if (ms === 0) return;
    this.#dueMs = performance.now() + ms;
    this.#receivedThen = -1;
    if (this.#timer === null) this.#wait(ms);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    this.#timer = null;
    const { socket } = this;
    if (this.#ms === 0 || socket.destroyed) return;
    const leftMs = this.#dueMs - performance.now();
    if (leftMs > 0) this.#wait(leftMs);
    else if (this.#receivedThen < 0) {
      this.#receivedThen = socket.bytesRead;
      this.#wait(LAST_LOOK_MS);
    } else if (socket.bytesRead === this.#receivedThen) socket.emit('timeout');
    else this.set(this.#ms);
  }
}
