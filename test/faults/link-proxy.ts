/** A line between a gateway and its Redis that a test makes slow, lossy, or dead. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export class LinkProxy {
  /** One way, in milliseconds. */
  latencyMs = 0;
  /** Share of packets that are lost; what TCP makes of it: they come a retransmission later, and so does what follows. */
  loss = 0;
  #partitioned = false;
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

  /**
   * Nothing passes, and nobody is told: what a partition looks like. What was sent meanwhile comes when it is over, as
   * TCP sends it again.
   */
  set partitioned(partitioned: boolean) {
    this.#partitioned = partitioned;
    for (const socket of this.#sockets) this.#hold(socket);
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
      this.#hold(socket);
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

  #hold(socket: Socket): void {
    if (this.#partitioned) socket.pause();
    else socket.resume();
  }

  #pass(from: Socket, to: Socket): void {
    const onTheWay: Array<{ readonly chunk: Buffer; readonly dueMs: number }> = [];
    let lastDueMs = 0;
    // One timer for all: two of them may fire in another order than their packets were sent in.
    const deliver = (): void => {
      while (onTheWay.length > 0 && onTheWay[0]!.dueMs <= performance.now()) to.write(onTheWay.shift()!.chunk);
      if (onTheWay.length > 0) setTimeout(deliver, onTheWay[0]!.dueMs - performance.now());
    };
    from.on('data', (chunk: Buffer) => {
      const lostMs = this.random() < this.loss ? RETRANSMISSION_MS : 0;
      // In order: what comes behind a lost packet waits for it.
      lastDueMs = Math.max(lastDueMs, performance.now() + this.latencyMs + lostMs);
      onTheWay.push({ chunk, dueMs: lastDueMs });
      if (onTheWay.length === 1) deliver();
    });
  }
}

/** Linux waits this long at least before it sends a packet again. */
const RETRANSMISSION_MS = 200;
