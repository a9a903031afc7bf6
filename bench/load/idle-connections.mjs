/** Opens connections that each ask once and then stay, until its input ends. Says `open` when all have their answer. */
import { once } from 'node:events';
import { connect } from 'node:net';

const { port, path, count } = JSON.parse(process.argv[2]);
const AT_ONCE = 200;

async function visit() {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  await once(socket, 'data');
}

for (let open = 0; open < count; open += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, visit));
process.stdout.write('open\n');
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
