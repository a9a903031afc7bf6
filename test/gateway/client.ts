/** A client that shows an answer as it came: fields in order and number, body in bytes. */
import { type Agent, request } from 'node:http';

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** A value may be a list, for a field that is repeated. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** Aborts the request, socket and all. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The body as JSON; throws when it is none. */
  json(): Record<string, unknown>;
}

export function send(port: number, sent: Sent): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, agent, signal } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent, signal });
    for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
    if (body !== undefined && headers['transfer-encoding'] === undefined) {
      outgoing.setHeader('Content-Length', Buffer.byteLength(body));
    }
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          rawHeaders: incoming.rawHeaders,
          body: whole,
          json: () => JSON.parse(whole.toString('utf8')) as Record<string, unknown>,
        });
      });
    });
    outgoing.end(body);
  });
}

/** A claim of `user` on the test's campaign. */
export function claim(port: number, user: string, more: Partial<Sent> = {}): Promise<Answer> {
  const headers = { 'x-user-id': user, 'content-type': 'application/json', ...more.headers };
  return send(port, { method: 'POST', path: '/campaigns/lny/claims', body: '{}', ...more, headers });
}

/** The values of one field, in order. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]!.toLowerCase() === name.toLowerCase());
}
