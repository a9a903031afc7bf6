/** One claimant after another on one connection, with so little work of its own that what it measures is the gateway's. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { claimBytes } from '../gateway/raw-client.js';

export interface Told {
  /** What a problem's code says; otherwise `granted`. */
  readonly code: string;
  readonly tookMs: number;
}

export class BareClaimant {
  #received = '';
  #heard: ((told: string) => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      if (isWhole(this.#received)) this.#heard?.(this.#received);
    });
    socket.on('error', () => {});
  }

  static async connect(port: number): Promise<BareClaimant> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new BareClaimant(socket);
  }

  claim(user: string): Promise<Told> {
    this.#received = '';
    const sentMs = performance.now();
    this.socket.write(claimBytes(user), 'latin1');
    return new Promise((resolve) => {
      this.#heard = (answer) => {
        const tookMs = performance.now() - sentMs;
        resolve({ code: /\r\nSpillway-Code: (\S+)/.exec(answer)?.[1] ?? 'granted', tookMs });
      };
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

function isWhole(answer: string): boolean {
  const bodyAt = answer.indexOf('\r\n\r\n') + 4;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1]);
  return bodyAt >= 4 && answer.length >= bodyAt + length;
}
