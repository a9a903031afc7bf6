/** One connection, byte by byte: what is sent when, and all that came back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class RawClient {
  received = '';
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /** Waits until what came matches, or the connection is closed. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received) && !this.closed) {
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return this.received;
  }

  async end(): Promise<string> {
    if (!this.closed) await once(this.socket, 'close');
    return this.received;
  }

  /** Goes away as a phone in a tunnel does: by a reset, whatever is under way. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }
}

/** A claim of `user` as bytes. */
export function claimBytes(user: string, body = '{}', fields = ''): string {
  const head = `POST /campaigns/lny/claims HTTP/1.1\r\nHost: shop.example\r\nX-User-Id: ${user}\r\n${fields}`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Status codes of the answers in `received`, in order. */
export function statuses(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}
