/** Sends bytes as they are, and gives back all that comes until the server closes or `until` is seen. */
import { connect } from 'node:net';

export function sendRaw(port: number, bytes: string, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (until?.test(received)) socket.destroy();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', (fault: NodeJS.ErrnoException) => (fault.code === 'ECONNRESET' ? undefined : reject(fault)));
    socket.write(bytes, 'latin1');
  });
}

/** The problem document of the last answer in `received`. */
export function lastProblem(received: string): Record<string, unknown> {
  return JSON.parse(received.slice(received.lastIndexOf('\r\n\r\n') + 4));
}
