/**
 * Claim services in the same process: each gets a listener of its own on loopback, to which the gateway proxies. So all
 * promises hold for them as for any other service, for one hop within the machine.
 */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface InProcessServices {
  /** Variables that tell the configuration where they listen. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends when what they are at is answered. */
  close(): Promise<void>;
}

/** @param services - request listeners (an Express application is one) by the id of their upstream */
export async function listenInProcess(services: Readonly<Record<string, RequestListener>>): Promise<InProcessServices> {
  const env: Record<string, string> = {};
  const servers: Server[] = [];
  for (const [upstream, listener] of Object.entries(services)) {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    env[variableOf(upstream)] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    env,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
}

function variableOf(upstream: string): string {
  return `SPILLWAY_UPSTREAMS_${upstream.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_TARGETS`;
}
