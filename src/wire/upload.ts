/**
 * A body that is written to a connection as it comes. Its head leaves with its first bytes: until then nothing of the request
 * has. What always holds: exactly as many bytes as were announced, or the connection ends.
 */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface UploadOwner {
  /** The first bytes leave in this turn. */
  began(): void;
  /** There will be no more of it: the request cannot be completed. */
  broke(detail: string): void;
}

export class Upload {
  #isEnded = false;
  #head: string;
  /** Bytes still to come; meaningless where it is written in chunks. */
  #left: number;

  /** @param length - as announced, in bytes; -1: written in chunks */
  constructor(
    private readonly socket: Socket,
    private readonly body: Readable,
    head: string,
    private readonly length: number,
    private readonly owner: UploadOwner,
  ) {
    this.#head = head;
    this.#left = length;
  }

  /** All of it has been handed over, though the end of a body of known length may not have been heard of yet. */
  get isWritten(): boolean {
    return this.#isEnded || (this.length >= 0 && this.#left === 0 && this.hasBegun);
  }

  /** Whether a byte of the request may have left. */
  get hasBegun(): boolean {
    return this.#head === '';
  }

  start(): void {
    if (this.body.destroyed || this.body.readableEnded) {
      this.owner.broke('the upload had broken off');
      return;
    }
    this.socket.on('drain', this.#onDrain);
    this.body.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose);
    if (this.body.isPaused()) this.body.resume();
  }

  stop(): void {
    this.socket.off('drain', this.#onDrain);
    this.body.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.body.pause();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (chunk.length === 0) return;
    this.#left -= chunk.length;
    if (this.length >= 0 && this.#left < 0) {
      this.#break('the body is longer than announced');
      return;
    }
    const { socket } = this;
    socket.cork();
    this.#writeHead();
    if (this.length < 0) socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    socket.write(chunk);
    if (this.length < 0) socket.write('\r\n', 'latin1');
    socket.uncork();
    if (socket.writableNeedDrain) this.body.pause();
  };

  readonly #onDrain = (): void => {
    this.body.resume();
  };

  readonly #onEnd = (): void => {
    if (this.length >= 0 && this.#left > 0) {
      this.#break('the body is shorter than announced');
      return;
    }
    this.stop();
    this.#isEnded = true;
    const { socket } = this;
    socket.cork();
    this.#writeHead();
    if (this.length < 0) socket.write('0\r\n\r\n', 'latin1');
    socket.uncork();
  };

  readonly #onClose = (): void => this.#break('the upload broke off');

  #break(detail: string): void {
    this.stop();
    this.owner.broke(detail);
  }

  #writeHead(): void {
    if (this.hasBegun) return;
    this.socket.write(this.#head, 'latin1');
    this.#head = '';
    this.owner.began();
  }
}
