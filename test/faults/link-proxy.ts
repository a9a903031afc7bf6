/** A line between a gateway and its Redis that a test makes slow, lossy, or dead. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export class LinkProxy {
  /** One way, in milliseconds. */
  latencyMs = 0;
  /** Share of packets that are lost; what TCP makes of it: they come a retransmission later, and so does what follows. */
  loss = 0;
  /** Nothing passes, and nobody is told: what a partition looks like. */
  partitioned = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#join(near));

  private constructor(
    private readonly targetPort: number,
    private readonly random: () => number,
  ) {}

  static async before(targetPort: number, random: () => number): Promise<LinkProxy> {
    const proxy = new LinkProxy(targetPort, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect(this.targetPort, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #pass(from: Socket, to: Socket): void {
    let freeAtMs = 0;
    from.on('data', (chunk: Buffer) => {
      if (this.partitioned) return;
      const lostMs = this.random() < this.loss ? RETRANSMISSION_MS : 0;
      // In order: what comes behind a lost packet waits for it.
      freeAtMs = Math.max(freeAtMs, performance.now() + this.latencyMs + lostMs);
      const waitMs = freeAtMs - performance.now();
      if (waitMs < 1 && this.latencyMs === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), waitMs);
    });
  }
}

/** Linux waits this long at least before it sends a packet again. */
const RETRANSMISSION_MS = 200;
