/**
 * What Express and problem documents cost: the same refusal, byte for byte as long, from bare node:http, from plain
 * Express, from the prelinked server with a bare answer, and with hygiene, route matching and `sendProblem`. One
 * server a process, measured in alternation; medians of the rounds and their ratios to bare node:http are printed. Processor time an
 * answer is the steadier figure where the machine is shared.
 * Needs `npm run build` and wrk. `node bench/express-micro.mjs [rounds] [seconds]`
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

const dist = new URL(process.env.SPILLWAY_DIST ?? '../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist));
const PATH = '/campaigns/lny-2026/claims';
const TICKET = {
  campaign: 'lny-2026',
  state: 'waiting',
  ticket: 'v1.k1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  number: 12_345,
  position: 678,
  etaSeconds: { min: 1, max: 3 },
  pollAfterMs: 1400,
  chance: null,
  expiresAt: '2026-02-16T20:00:00.000Z',
};

/** The size of the problem document's fields and body, as one answer with few fields. */
const FIELDS = [
  ...['Content-Type', 'application/problem+json', 'Spillway-Code', 'QUEUED', 'Cache-Control', 'no-store'],
  ...['Retry-After', '2', 'X-Padding', 'p'.repeat(157), 'Content-Length', '541'],
];
const BODY = 'x'.repeat(541);
const bareAnswer = (_req, res) => {
  res.writeHead(429, FIELDS);
  res.end(BODY);
};

const servers = {
  bare: async () => http.createServer(bareAnswer),
  'plain-express': async () => {
    const { default: express } = await import('express');
    const app = express();
    app.disable('x-powered-by');
    return http.createServer(app.use(bareAnswer));
  },
  prelinked: async () => {
    const { createApplication, createPrelinkedServer } = await load('http/express-app.js');
    return createPrelinkedServer(createApplication().use(bareAnswer));
  },
  'problem-bare': async () => {
    const { sendProblem } = await load('http/problem.js');
    const { RequestIds } = await load('http/request-id.js');
    const ids = new RequestIds();
    return http.createServer((_req, res) =>
      sendProblem(res, ids.next(), { code: 'QUEUED', retryAfterSeconds: 2, members: TICKET }),
    );
  },
  gateway: async () => {
    const { createApplication, createPrelinkedServer } = await load('http/express-app.js');
    const { sendProblem } = await load('http/problem.js');
    const { RequestIds } = await load('http/request-id.js');
    const { judgeRequest } = await load('http/hygiene.js');
    const { RouteMatcher } = await load('campaign/routes.js');
    const ids = new RequestIds();
    const matcher = new RouteMatcher([{ routes: [{ methods: ['GET', 'POST'], path: PATH }], pass: [] }]);
    const app = createApplication().use((req, res) => {
      const verdict = judgeRequest(req);
      if (verdict.kind === 'refused') return sendProblem(res, ids.next(), verdict);
      if (matcher.match(req.method, verdict.path).kind !== 'guarded') throw new Error('no match');
      sendProblem(res, ids.next(), { code: 'QUEUED', retryAfterSeconds: 2, members: TICKET });
    });
    return createPrelinkedServer(app);
  },
};

async function measure(name, seconds) {
  const child = fork(fileURLToPath(import.meta.url), ['serve', name]);
  const [{ port }] = await once(child, 'message');
  const run = (duration) => execFileSync('wrk', ['-t1', '-c32', `-d${duration}s`, `http://127.0.0.1:${port}${PATH}`]);
  const cpuUs = async () => {
    child.send('cpu');
    return (await once(child, 'message'))[0].cpuUs;
  };
  run(1);
  const before = await cpuUs();
  const report = run(seconds).toString();
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(report)[1]);
  const cpuUsEach = ((await cpuUs()) - before) / Number(/(\d+) requests in/.exec(report)[1]);
  const answer = await fetch(`http://127.0.0.1:${port}${PATH}`);
  const bytes = [...answer.headers].reduce((sum, [key, value]) => sum + key.length + value.length + 4, 0);
  const bodyBytes = (await answer.arrayBuffer()).byteLength;
  child.kill();
  await once(child, 'exit');
  return { perSecond, cpuUsEach, bytes: bytes + bodyBytes };
}

if (process.argv[2] === 'serve') {
  const server = await servers[process.argv[3]]();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
} else {
  const [rounds = 3, seconds = 3] = process.argv.slice(2).map(Number);
  const results = new Map(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, list] of results) list.push(await measure(name, seconds));
  }
  const median = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1];
  const bare = results.get('bare');
  for (const [name, list] of results) {
    const rate = median(list, 'perSecond');
    const cpuUs = median(list, 'cpuUsEach');
    const ratios = [rate / median(bare, 'perSecond'), median(bare, 'cpuUsEach') / cpuUs].map((x) => x.toFixed(2));
    console.log(
      `${name.padEnd(14)} ${rate.toFixed(0)}/s (${ratios[0]}), ${cpuUs.toFixed(1)} us of CPU (${ratios[1]}), ${list[0].bytes} bytes`,
    );
  }
}
