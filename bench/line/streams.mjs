/** Open streams on one core, each told its position every second: memory, how late the loop is, and what is heard. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startService } from '../stand/backing.mjs';
import { LOAD_CORE, pinned } from '../stand/machine.mjs';
import { residentBytes } from '../stand/processes.mjs';
import { subjects } from '../subjects/all.mjs';
import { atLeast, atMost } from './row.mjs';

const READERS = fileURLToPath(new URL('../load/stream-readers.mjs', import.meta.url));
const SECONDS = 20;
/** The line moves all the time, and few are called meanwhile. */
const PACE = { ratePerSecond: 4, burst: 1 };
const LIMITS = { perUser: 1000, perAddress: 1_000_000 };
const GIB = 2 ** 30;

export async function measure({ streams, tell }) {
  const service = await startService();
  const campaign = { admission: PACE, queue: { holdMs: 0, graceMs: 600_000, streams: { max: streams } } };
  const gateway = await subjects['spillway-memory'].start({ servicePort: service.port, limits: LIMITS, campaign });
  try {
    return await watched(gateway, streams, tell);
  } finally {
    await gateway.stop();
    await service.stop();
  }
}

async function watched({ port, adminPort, pid }, streams, tell) {
  const plan = JSON.stringify({ port, path: '/queue/lny/tickets', people: streams });
  const [file, argv] = pinned(LOAD_CORE, process.execPath, [READERS, plan]);
  const readers = spawn(file, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = said(readers);
  try {
    await lines();
    tell(`${streams} streams are open`);
    await pause(2000);
    // The gauge of the loop's lag begins anew each time it is read.
    await lagP99(adminPort);
    readers.stdin.write('begin\n');
    await lines();
    let [resident, lag] = [0, 0];
    for (let second = 0; second < SECONDS; second += 5) {
      await pause(5000);
      resident = Math.max(resident, residentBytes(pid));
      lag = Math.max(lag, await lagP99(adminPort));
    }
    readers.stdin.write('end\n');
    const { events, waiting, fewest } = JSON.parse(await lines());
    const many = `${streams.toLocaleString('en')} streams on one core`;
    return [
      atLeast(
        `${many}: positions a second that each of ${waiting.toLocaleString('en')} who wait hears`,
        events / waiting / SECONDS,
        '',
        0.95,
      ),
      atLeast(`${many}: the same, of the stream that heard least`, fewest / SECONDS, '', 0.85),
      atMost(`${many}: resident memory of the gateway`, resident / GIB, 'GiB', 1),
      atMost(`${many}: lag of its event loop, p99 of the worst 5 s`, lag * 1000, 'ms', 50),
    ];
  } finally {
    const gone = once(readers, 'exit');
    readers.kill();
    await gone;
  }
}

/** @returns the next line that a process says */
function said(child) {
  const waiting = [];
  const heard = [];
  let text = '';
  child.stdout.on('data', (chunk) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop();
    for (const line of lines) waiting.length > 0 ? waiting.shift().resolve(line) : heard.push(line);
  });
  child.once('exit', (status) => {
    for (const { reject } of waiting)
      reject(new Error(`The readers ended with ${status}. Open files allowed: see ulimit -n.`));
  });
  return () => (heard.length > 0 ? heard.shift() : new Promise((resolve, reject) => waiting.push({ resolve, reject })));
}

async function lagP99(adminPort) {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)[1]);
}
