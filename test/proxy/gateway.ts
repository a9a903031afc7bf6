/** A client's side of a relay: a real http server whose handler is the test, and a raw client. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { GatewayRequest } from '../../src/proxy/gateway-request.js';

export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

/** @param IncomingMessage - what the server makes of a request; left out: Node's own */
export async function gateway(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options: { IncomingMessage?: typeof GatewayRequest } = {},
): Promise<Gateway> {
  const server = createServer(options, handler as RequestListener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A client that writes `text` and can be read bit by bit. */
export function client(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text);
  return socket;
}

/** Everything a client gets until its connection ends. */
export async function exchange(port: number, text: string): Promise<string> {
  const socket = client(port, text);
  let got = '';
  socket.on('data', (chunk) => {
    got += chunk.toString('latin1');
  });
  await once(socket, 'close');
  return got;
}
