/** A claim service that says exactly the bytes a test wants, on a real socket. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { upstreamSchema } from '../../src/config/upstream-schema.js';
import type { Clock } from '../../src/kernel/clock.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Targets } from '../../src/overload/targets.js';
import { Upstream } from '../../src/proxy/upstream.js';

export interface RawUpstream {
  readonly url: string;
  /** Everything received, on all connections together. */
  received(): string;
  readonly sockets: Socket[];
  close(): Promise<void>;
}

/** `onRequest` is called with each complete request head and whatever of the body came with it. */
export async function rawUpstream(onRequest: (socket: Socket, text: string) => void): Promise<RawUpstream> {
  let all = '';
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    let pending = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      all += text;
      pending += text;
      if (!pending.includes('\r\n\r\n')) return;
      const request = pending;
      pending = '';
      onRequest(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => all,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An address where nothing listens. */
export async function refusingUrl(): Promise<string> {
  const upstream = await rawUpstream(() => {});
  await upstream.close();
  return upstream.url;
}

/** Of equal targets it takes the first. */
export function upstreamFor(targets: readonly string[], timeoutMs = 2000, clock: Clock = systemClock): Upstream {
  const config = upstreamSchema.parse({ id: 'incentives', targets, timeoutMs });
  return new Upstream(config, clock, new Targets(targets.length, config.health, clock, () => 0));
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
