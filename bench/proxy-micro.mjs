/**
 * What the proxy room costs: nanoseconds a header pass, and claims a second of a bare node:http + undici proxy
 * beside the same through Upstream and Relay, in alternation, each server in a process of its own. `bare-fields`
 * is the bare proxy adding the fields the contract adds, so that code and bytes can be told apart. Processor time
 * a claim is the steadier figure where the machine is shared.
 * Needs `npm run build` and wrk. `node bench/proxy-micro.mjs [rounds] [seconds]`
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const room = new URL(process.env.PROXY_ROOM ?? '../dist/proxy/', import.meta.url);
const kernel = new URL('../kernel/', room);
const ANSWER = Buffer.from('{"granted":true,"coupon":"LNY-0123456789"}');
const FACTS = {
  peerAddress: '::ffff:127.0.0.1',
  clientAddress: '127.0.0.1',
  trusted: false,
  scheme: 'http',
  host: '127.0.0.1:8080',
  claimant: 'u-123456',
  campaign: 'lny-2026',
  idempotencyKey: null,
  requestId: '0af7651916cd43dd8448eb211c80319c',
};

/** The least a proxy can do: hop-by-hop fields of this very client removed, no timer, no faults, no bounds. */
async function bareProxy(target, fields) {
  const { Pool } = await import('undici');
  const pool = new Pool(target, { connections: 160, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  return createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const headers = [...fields];
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        const name = request.rawHeaders[at].toLowerCase();
        if (name !== 'host' && name !== 'connection') headers.push(request.rawHeaders[at], request.rawHeaders[at + 1]);
      }
      const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      pool.dispatch(
        { path: request.url, method: request.method, headers, body },
        {
          onConnect() {},
          onHeaders(status, raw) {
            const out = [];
            for (let at = 0; at < raw.length; at += 2) {
              const name = raw[at].toString('latin1');
              const lower = name.toLowerCase();
              if (lower !== 'connection' && lower !== 'keep-alive') out.push(name, raw[at + 1].toString('latin1'));
            }
            response.writeHead(status, out);
            return true;
          },
          onData(chunk) {
            response.write(chunk);
            return true;
          },
          onComplete: () => response.end(),
          onError: () => response.destroy(),
        },
      );
    });
  });
}

const FIELDS = [
  ...['X-Forwarded-For', '127.0.0.1', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', '127.0.0.1:8080'],
  ...['Forwarded', 'for=127.0.0.1;host="127.0.0.1:8080";proto=http', 'Via', '1.1 spillway'],
  ...['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'],
  ...['Spillway-Claimant', 'u-123456', 'Spillway-Campaign', 'lny-2026'],
];

const servers = {
  async service() {
    return createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': ANSWER.length });
      response.end(ANSWER);
    });
  },

  bare: (target) => bareProxy(target, []),

  'bare-fields': (target) => bareProxy(target, FIELDS),

  async spillway(target) {
    const { Upstream } = await import(new URL('upstream.js', room));
    const { Relay } = await import(new URL('relay.js', room));
    const { readSmallBody } = await import(new URL('body.js', room));
    const { requestHeaders } = await import(new URL('request-headers.js', room));
    const { protectedFields } = await import(new URL('connection-options.js', room));
    const { systemClock } = await import(new URL('clock.js', kernel));
    const config = { id: 'b', targets: [target], timeoutMs: 3000, concurrency: { mode: 'fixed', limit: 64 } };
    const upstream = new Upstream(config, systemClock);
    const isProtected = protectedFields(['x-user-id']);
    const options = { keepRunning: false, extraHeaders: [] };
    return createServer(async (request, response) => {
      const read = await readSmallBody(request, 65536, 1_000_000);
      const facts = { ...FACTS, peerAddress: request.socket.remoteAddress, host: request.headers.host };
      const headers = requestHeaders(request.rawHeaders, facts, false, isProtected);
      const relay = new Relay(response, options);
      upstream.dispatch({ method: request.method, path: request.url, headers, body: read.body }, relay);
      await relay.done;
    });
  },
};

async function child(name, target) {
  const server = await servers[name](target);
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  });
}

async function start(name, target = '') {
  const process_ = fork(fileURLToPath(import.meta.url), ['--serve', name, target]);
  const [port] = await once(process_, 'message');
  const cpuUs = async () => {
    process_.send('cpu');
    return (await once(process_, 'message'))[0];
  };
  return { url: `http://127.0.0.1:${port}`, cpuUs, stop: () => process_.kill() };
}

const LUA = `wrk.method="POST"; wrk.body='{"action":"claim","n":12345678}'
wrk.headers["Content-Type"]="application/json"; wrk.headers["X-User-Id"]="u-123456"
wrk.headers["Accept"]="application/json"; wrk.headers["User-Agent"]="shop-app/5.1 (bench)"`;

function load(url, seconds, script) {
  const out = execFileSync('wrk', ['-t1', '-c48', `-d${seconds}s`, '-s', script, `${url}/claims`], {
    encoding: 'utf8',
  });
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(out);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]),
    total: Number(/(\d+) requests in/.exec(out)[1]),
  };
}

function median(all) {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
}

async function passes() {
  const { requestHeaders } = await import(new URL('request-headers.js', room));
  const { responseHeaders } = await import(new URL('response-headers.js', room));
  const { endToEndFields } = await import(new URL('connection-options.js', room));
  const raw = [
    ...[
      'Host',
      '127.0.0.1:8080',
      'User-Agent',
      'shop-app/5.1',
      'Accept',
      'application/json',
      'Accept-Encoding',
      'gzip',
    ],
    ...['Content-Type', 'application/json', 'Content-Length', '31', 'X-User-Id', 'u-1', 'Authorization', 'Bearer abc'],
    ...['Cookie', 'a=b; c=d', 'X-App-Build', '771', 'Connection', 'keep-alive'],
  ];
  const answer = [
    ...['Content-Type', 'application/json', 'Content-Length', '42', 'Date', 'Mon, 01 Jan 2026 00:00:00 GMT'],
    ...[
      'Connection',
      'keep-alive',
      'Keep-Alive',
      'timeout=5',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'X-Trace',
      'z',
    ],
  ];
  const timed = (run) => {
    for (let n = 0; n < 200_000; n++) run();
    const before = process.hrtime.bigint();
    for (let n = 0; n < 500_000; n++) run();
    return Number(process.hrtime.bigint() - before) / 500_000;
  };
  const inNs = timed(() => requestHeaders(raw, FACTS, false, endToEndFields));
  const outNs = timed(() => responseHeaders(answer, 200));
  console.log(`header passes: request ${inNs.toFixed(0)} ns (11 fields), response ${outNs.toFixed(0)} ns (8 fields)`);
}

async function main(rounds, seconds) {
  await passes();
  const { mkdtempSync, writeFileSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const script = `${mkdtempSync(`${tmpdir()}/proxy-micro-`)}/claim.lua`;
  writeFileSync(script, LUA);
  const service = await start('service');
  const all = [service];
  const names = ['bare', 'bare-fields', 'spillway'];
  const seen = new Map(names.map((name) => [name, { rates: [], cpuUs: [] }]));
  try {
    const contenders = new Map();
    for (const name of names) {
      contenders.set(name, await start(name, service.url));
      all.push(contenders.get(name));
      load(contenders.get(name).url, 2, script);
    }
    for (let round = 0; round < rounds; round++) {
      for (const name of round % 2 === 0 ? names : [...names].reverse()) {
        const { url, cpuUs } = contenders.get(name);
        const before = await cpuUs();
        const { perSecond, total } = load(url, seconds, script);
        seen.get(name).rates.push(perSecond);
        seen.get(name).cpuUs.push(((await cpuUs()) - before) / total);
      }
    }
  } finally {
    for (const one of all) one.stop();
  }
  const base = seen.get('bare');
  for (const [name, { rates, cpuUs }] of seen) {
    const each = rates.map((rate) => rate.toFixed(0)).join(' ');
    const share = (median(rates) / median(base.rates)).toFixed(3);
    const cpuShare = (median(cpuUs) / median(base.cpuUs)).toFixed(3);
    console.log(`${name}: ${each} claims/s (${share} of bare); ${median(cpuUs).toFixed(1)} us a claim (${cpuShare})`);
  }
}

if (process.argv[2] === '--serve') await child(process.argv[3], process.argv[4]);
else await main(Number(process.argv[2] ?? 3), Number(process.argv[3] ?? 5));
