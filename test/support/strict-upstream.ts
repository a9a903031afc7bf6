/**
 * A service that reads requests as strictly as HTTP/1.1 lets one (RFC 9112), from the bytes: whatever could be read in
 * two ways is a violation, and so is anything between two requests. It answers each with 201.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string;
}

const REQUEST_LINE = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/;

export class StrictUpstream {
  readonly requests: StrictRequest[] = [];
  readonly violations: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  static async start(): Promise<StrictUpstream> {
    const upstream = new StrictUpstream();
    upstream.#server.listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let rest = this.#read(text); rest !== null; rest = this.#read(text)) {
        text = rest;
        socket.write('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
      }
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (text !== '') this.violations.push(`left over: ${JSON.stringify(text.slice(0, 200))}`);
    });
  }

  /** @returns what follows the first whole request; null where there is none */
  #read(text: string): string | null {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [first = '', ...lines] = text.slice(0, end).split('\r\n');
    const line = REQUEST_LINE.exec(first);
    const fields = lines.map((one) => FIELD.exec(one));
    if (line === null) this.violations.push(`request line: ${JSON.stringify(first)}`);
    if (fields.includes(null)) this.violations.push(`field: ${JSON.stringify(lines[fields.indexOf(null)])}`);
    const pairs = fields.filter((one) => one !== null).map((one) => [one[1]!, one[2]!] as const);
    const values = (name: string) => pairs.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
    const [lengths, codings] = [values('content-length'), values('transfer-encoding')];
    if (values('host').length !== 1) this.violations.push(`${values('host').length} Hosts`);
    if (lengths.length + codings.length > 1) this.violations.push(`framed twice: ${lengths} ${codings}`);
    if (codings.some((coding) => coding !== 'chunked')) this.violations.push(`coding: ${codings}`);
    if (lengths.some((length) => !/^\d{1,15}$/.test(length))) this.violations.push(`length: ${lengths}`);
    const body = codings.length > 0 ? chunked(text, end + 4) : sized(text, end + 4, Number(lengths[0] ?? 0));
    if (body === null) return null;
    this.requests.push({ method: line?.[1] ?? '', target: line?.[2] ?? '', fields: pairs, body: body.body });
    return text.slice(body.end);
  }
}

function sized(text: string, from: number, length: number) {
  return text.length < from + length ? null : { body: text.slice(from, from + length), end: from + length };
}

function chunked(text: string, from: number) {
  let body = '';
  let at = from;
  for (;;) {
    const size = /^([0-9a-fA-F]{1,8})\r\n/.exec(text.slice(at, at + 12));
    if (size === null) return null;
    const length = Number.parseInt(size[1]!, 16);
    at += size[0].length;
    if (text.length < at + length + 2) return null;
    body += text.slice(at, at + length);
    at += length + 2;
    if (length === 0) return { body, end: at };
  }
}
