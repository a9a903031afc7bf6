/**
 * An open loop: claims leave at their planned times whatever the answers do, and latency counts from the planned time,
 * so that a pause of the subject is felt by everybody who came during it. Prints one line of JSON.
 *
 * node open-loop.mjs '{"port": 1, "path": "/claims", "perSecond": 5000, "seconds": 5, "warmSeconds": 1}'
 */
import { connect } from 'node:net';
import { build } from 'hdr-histogram-js';

const { port, path, perSecond, seconds, warmSeconds } = JSON.parse(process.argv[2]);
const LEAST_CONNECTIONS = 64;
const MOST_CONNECTIONS = 1024;
/** The longest sleep between two looks at socket and schedule, in milliseconds. */
const NAP_MS = 0.05;

const latency = build({
  numberOfSignificantValueDigits: 3,
  lowestDiscernibleValue: 1,
  highestTrackableValue: 60_000_000,
});
const slip = build({ numberOfSignificantValueDigits: 3, lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000 });
const idle = [];
let connections = 0;
let refused = 0;
let answered = 0;
let skipped = 0;
let next = 0;

/** One connection, one claim at a time: what it is asked is answered before it is idle again. */
function open() {
  connections++;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const one = { socket, plannedMs: 0, text: '' };
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    one.text += text;
    const end = one.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(one.text)[1]);
    if (one.text.length < end + 4 + length) return;
    arrived(one, one.text.startsWith('HTTP/1.1 2'));
    one.text = '';
    idle.push(one);
  });
  socket.on('error', (fault) => {
    throw fault;
  });
  return one;
}

function arrived(one, passed) {
  answered++;
  if (!passed) refused++;
  if (one.plannedMs >= measureFromMs)
    latency.recordValue(Math.max(1, Math.round((performance.now() - one.plannedMs) * 1000)));
}

const BODY = '{"action":"claim","pad":"xxxxxxxxxxxxxxxxxxxxx"}';
const HEAD = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\nX-User-Id: o-`;
function send(plannedMs) {
  const one = idle.pop() ?? (connections < MOST_CONNECTIONS ? open() : null);
  if (one === null) {
    skipped++;
    return;
  }
  one.plannedMs = plannedMs;
  one.socket.write(`${HEAD}${process.pid}-${next++}\r\n\r\n${BODY}`, 'latin1');
  if (plannedMs >= measureFromMs) slip.recordValue(Math.max(1, Math.round((performance.now() - plannedMs) * 1000)));
}

for (let i = 0; i < LEAST_CONNECTIONS; i++) idle.push(open());
await new Promise((resolve) => setTimeout(resolve, 200));
const beginMs = performance.now();
const measureFromMs = beginMs + warmSeconds * 1000;
const total = Math.round(perSecond * (warmSeconds + seconds));
const lock = new Int32Array(new SharedArrayBuffer(4));
let planned = 0;

/** Between two claims the thread sleeps in short naps: a timer would be a millisecond late, and spinning takes a core. */
function turn() {
  const nowMs = performance.now();
  while (planned < total && beginMs + (planned * 1000) / perSecond <= nowMs) {
    send(beginMs + (planned * 1000) / perSecond);
    planned++;
  }
  if (planned === total && answered + skipped >= total) return finish();
  if (performance.now() - beginMs > (warmSeconds + seconds + 10) * 1000) return finish();
  Atomics.wait(lock, 0, 0, NAP_MS);
  setImmediate(turn);
}

function finish() {
  const us = (histogram) =>
    Object.fromEntries([50, 90, 99, 99.9].map((p) => [`p${p}`, histogram.getValueAtPercentile(p)]));
  console.log(
    JSON.stringify({ latencyUs: us(latency), slipUs: us(slip), answered, refused, unanswered: total - answered }),
  );
  process.exit(0);
}
turn();
