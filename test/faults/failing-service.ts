/** A claim service of bare sockets, which fails in the way it is told to. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export type Manner = 'grants' | 'refuses' | 'resets' | 'hangs' | 'answers garbage' | 'answers half' | 'gathers';

const BODY = '{"coupon":"RED-1"}';
const GRANT = `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\nConnection: close\r\n\r\n${BODY}`;
const HALF = GRANT.slice(0, -9);

export class FailingService {
  manner: Manner = 'grants';
  readonly #sockets = new Set<Socket>();
  readonly #gathered: Socket[] = [];
  #server: Server | null = null;
  #port = 0;

  /** @param gathers - how many claims it wants to have at once before it grants them, where it gathers */
  constructor(private readonly gathers: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#take(socket));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** No connection is taken any more, and those that are open are cut. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.once('data', () => this.#answer(socket));
  }

  #answer(socket: Socket): void {
    switch (this.manner) {
      case 'grants':
        socket.end(GRANT);
        return;
      case 'resets':
        socket.write(HALF, () => socket.resetAndDestroy());
        return;
      case 'answers garbage':
        socket.end('SSH-2.0-OpenSSH\r\n\r\n');
        return;
      case 'answers half':
        socket.end(HALF);
        return;
      case 'gathers':
        this.#gathered.push(socket);
        if (this.#gathered.length === this.gathers) for (const one of this.#gathered.splice(0)) one.end(GRANT);
        return;
      case 'hangs':
      case 'refuses':
    }
  }
}
