/** Reads an event stream (WHATWG HTML, section 9.2.6) out of a response, as far as a gateway writes it. */

export interface ServerEvent {
  readonly id: string;
  readonly data: string;
}

export class EventText {
  #text = '';
  /** As the sender asked for, in milliseconds; null: it did not. */
  retryMs: number | null = null;

  /** @returns the events that are whole by now; comments and hints are no events */
  add(chunk: string): ServerEvent[] {
    // A line may end in the next chunk: a CR at its end waits for its LF.
    const blocks = `${this.#text}${chunk}`.replace(/\r\n/g, '\n').split('\n\n');
    this.#text = blocks.pop() ?? '';
    return blocks.flatMap((block) => this.#read(block));
  }

  #read(block: string): ServerEvent[] {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      const [name, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      const earlier = name === 'data' ? fields.get(name) : undefined;
      fields.set(name, earlier === undefined ? value : `${earlier}\n${value}`);
    }
    const retry = fields.get('retry') ?? '';
    if (/^\d{1,9}$/.test(retry)) this.retryMs = Number(retry);
    const data = fields.get('data');
    return data === undefined ? [] : [{ id: fields.get('id') ?? '', data }];
  }
}
