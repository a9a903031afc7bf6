/** Spillway itself, as `spillway serve` runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { SUBJECT_CORE } from '../stand/machine.mjs';
import { freePort, startServer, stopServer } from '../stand/processes.mjs';

export const CLAIMS = '/campaigns/lny/claims';
export const dist = process.env.SPILLWAY_DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
/** What is in a file of the build, for who measures it without a gateway around. */
export const room = (path) => import(new URL(path, pathToFileURL(`${dist}/`)));

const MEGA = 1_000_000;
/** The peers have no deadline: a crowded machine shall slow this one down too, and not make it refuse. */
const PATIENT_MS = 1000;

/** Limits as the peers have them: so many at once, next to nothing afterwards. */
function limitsFor({ perUser, perAddress }) {
  return [
    { name: 'per-user', key: 'claimant', capacity: perUser, refillPerSecond: 0.001 },
    { name: 'per-address', key: 'address', capacity: Math.min(perAddress, MEGA), refillPerSecond: 100_000 },
  ];
}

/** @param campaign - settings of the campaign beyond those of the comparison */
export function configFor(
  { port, adminPort, servicePort, redisPort, limits, campaign = {}, campaigns = 1, workers = 1 },
  store,
) {
  const others = Array.from({ length: campaigns - 1 }, (_, n) => ({
    id: `lny-${n}`,
    path: `/campaigns/lny-${n}/claims`,
  }));
  return stringify({
    server: { port, leaveMs: 0, drainMs: 100, workers },
    admin: { port: adminPort },
    store: {
      ...(store === 'redis' ? { kind: 'redis', url: `redis://127.0.0.1:${redisPort}` } : { kind: 'memory' }),
      deadlineMs: PATIENT_MS,
    },
    tickets: { keys: [{ id: 't1', secret: 'a secret that only the benchmarks of Spillway know' }] },
    log: { level: 'error' },
    upstreams: [{ id: 'incentives', targets: [`http://127.0.0.1:${servicePort}`], concurrency: { limit: 4096 } }],
    campaigns: [
      {
        id: 'lny',
        upstream: 'incentives',
        routes: [
          { methods: ['POST'], path: CLAIMS },
          { methods: ['POST'], path: '/1kB' },
          { methods: ['POST'], path: '/100kB' },
        ],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        limits: limitsFor(limits),
        admission: { ratePerSecond: MEGA, burst: 100_000 },
        ...campaign,
      },
      ...others.map(({ id, path }) => ({
        id,
        upstream: 'incentives',
        routes: [{ methods: ['POST'], path }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        limits: limitsFor(limits),
        admission: { ratePerSecond: MEGA, burst: 100_000 },
        ...campaign,
      })),
    ],
  });
}

export function spillway(title, store, { campaign: own = {}, limited = true, workers = 1 } = {}) {
  return {
    title,
    limited,
    isSpillway: true,
    async start(context) {
      const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
      const port = await freePort();
      const adminPort = await freePort();
      const campaign = { ...context.campaign, ...own };
      const file = join(folder, 'spillway.yaml');
      writeFileSync(file, configFor({ ...context, port, adminPort, campaign, workers }, store));
      // What is recorded or replaced by module is started as modules, not as the program bundled from them.
      const main = join(context.dist ?? dist, context.asModules ? 'cli/program.js' : 'main.js');
      const args = [...(context.nodeArgs ?? []), main, 'serve', '--config', file];
      const env = { NODE_ENV: 'production', ...context.env };
      // Workers need a core each.
      const core = workers > 1 ? undefined : (context.core ?? SUBJECT_CORE);
      const child = await startServer({ command: process.execPath, args, port, core, env });
      return {
        port,
        adminPort,
        pid: child.pid,
        async stop() {
          await stopServer(child);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}
