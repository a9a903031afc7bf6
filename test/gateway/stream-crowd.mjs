/** Joins, opens a stream each and counts what is heard, on a thread of its own; says `ready`, then the count. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, people, seconds, path } = workerData;
const AT_ONCE = 50;

function join(user) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path, headers: { 'x-user-id': `u${user}` } });
    outgoing.on('error', reject);
    outgoing.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(JSON.parse(text).ticket);
    });
    outgoing.end();
  });
}

/** Resolves when the first event is there. */
function listen(ticket, heard) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${path}/${ticket} HTTP/1.1\r\nHost: crowd\r\nAccept: text/event-stream\r\n\r\n`);
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      for (let at = chunk.indexOf('event:'); at >= 0; at = chunk.indexOf('event:', at + 1)) heard.count++;
      if (heard.count > 0) resolve();
    });
  });
}

const everybody = [];
for (let user = 0; user < people; user += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, people - user) }, async (_, i) => {
    const heard = { count: 0 };
    await listen(await join(user + i), heard);
    everybody.push(heard);
  });
  await Promise.all(some);
}
for (const heard of everybody) heard.count = 0;
parentPort.postMessage({ events: 0, fewest: 0, most: 0 });
setTimeout(() => {
  const counts = everybody.map(({ count }) => count).sort((a, b) => a - b);
  // Those who were called meanwhile hear no more positions.
  const waiting = counts.slice(Math.floor(counts.length / 5));
  parentPort.postMessage({ events: counts.reduce((sum, n) => sum + n, 0), fewest: waiting[0], most: counts.at(-1) });
}, seconds * 1000);
