/**
 * People who each join the line and read their ticket's stream. Says `open` when all have heard something; told `begin`,
 * counts positions heard from then on and says `counting`; told `end`, says how many.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const { port, path, people } = JSON.parse(process.argv[2]);
const AT_ONCE = 100;
const EVENT = Buffer.from('event:');
const CALLED = Buffer.from('"called"');

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
    socket.on('close', () => reject(new Error('A stream was closed')));
    socket.on('data', (chunk) => {
      for (let at = chunk.indexOf(EVENT); at >= 0; at = chunk.indexOf(EVENT, at + 1)) heard.count++;
      heard.called ||= chunk.includes(CALLED);
      if (heard.count > 0) resolve();
    });
  });
}

const everybody = [];
for (let user = 0; user < people; user += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, people - user) }, async (_, i) => {
    const heard = { count: 0, called: false };
    await listen(await join(user + i), heard);
    everybody.push(heard);
  });
  await Promise.all(some);
}
console.log('open');
createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'begin') {
    for (const heard of everybody) heard.count = 0;
    console.log('counting');
    return;
  }
  // Whoever was called meanwhile hears no more positions.
  const waiting = everybody.filter(({ called }) => !called).map(({ count }) => count);
  const events = waiting.reduce((sum, n) => sum + n, 0);
  console.log(JSON.stringify({ events, waiting: waiting.length, fewest: Math.min(...waiting) }));
});
