/** A reader of event streams: keeps what it heard, and tells who waits for more. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
  readonly atMs: number;
}

export class EventReader {
  readonly events: StreamEvent[] = [];
  /** Milliseconds, as told by `retry:`, in order. */
  readonly retries: number[] = [];
  heartbeats = 0;
  ended = false;
  #text = '';
  #waiting: Array<() => void> = [];

  private constructor(
    private readonly outgoing: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#read(chunk));
    const end = (): void => {
      this.ended = true;
      this.#wake();
    };
    response.on('close', end);
    response.on('error', end);
  }

  static open(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const accept = { accept: 'text/event-stream', ...headers };
      const outgoing = request({ host: '127.0.0.1', port, path, headers: accept, agent: false });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => resolve(new EventReader(outgoing, response)));
      outgoing.end();
    });
  }

  get last(): StreamEvent | undefined {
    return this.events.at(-1);
  }

  /** Resolves once `holds`, which is looked at after each thing heard. */
  async until(holds: (reader: this) => boolean): Promise<this> {
    while (!holds(this)) {
      if (this.ended) throw new Error(`the stream ended after ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this;
  }

  async untilEnd(): Promise<this> {
    while (!this.ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this;
  }

  close(): void {
    this.outgoing.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block);
    this.#wake();
  }

  #take(block: string): void {
    if (block === ':') {
      this.heartbeats++;
      return;
    }
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    const retry = fields.get('retry');
    if (retry !== undefined) this.retries.push(Number(retry));
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      event: fields.get('event') ?? 'message',
      id: fields.get('id') ?? '',
      data: JSON.parse(data) as Record<string, unknown>,
      atMs: performance.now(),
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
