/** People who each join the line and read their ticket's stream. */
import { request } from 'node:http';
import { connect } from 'node:net';

const EVENT = Buffer.from('event:');
const CALLED = Buffer.from('"called"');

/**
 * Resolves when each of them has heard something.
 * @param atOnce - how many join and begin to read at a time
 * @returns what each has heard so far, how many events and whether they were called; both go on growing
 */
export async function openStreams({ port, path, people }, atOnce) {
  const everybody = [];
  for (let user = 0; user < people; user += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, people - user) }, async (_, i) => {
      const heard = { count: 0, called: false };
      await listen(port, `${path}/${await join(port, path, user + i)}`, heard);
      everybody.push(heard);
    });
    await Promise.all(some);
  }
  return everybody;
}

function join(port, path, user) {
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
function listen(port, path, heard) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: crowd\r\nAccept: text/event-stream\r\n\r\n`);
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
