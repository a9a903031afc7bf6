/** `spillway sample`: the sample campaign with a claim service behind it, for trying out. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Write } from './check.js';
import { runServe, type ServeOptions } from './serve.js';

export interface SampleOptions extends Omit<ServeOptions, 'onReady'> {
  readonly out: Write;
  /** Port of the claim service; 0 takes a free one. */
  readonly servicePort: number;
}

const ENTRY = fileURLToPath(new URL('../sample/claim-service-process.js', import.meta.url));

/** @returns the exit status of the gateway; 1 when the claim service could not start */
export async function runSample(options: SampleOptions): Promise<number> {
  const service = fork(ENTRY, ['--port', String(options.servicePort)], { silent: true });
  service.stderr?.on('data', (chunk: Buffer) => options.err(chunk.toString()));
  const url = await serviceUrl(service);
  if (url === null) {
    options.err(`The sample claim service could not start on port ${options.servicePort}. Is the port taken?\n`);
    return 1;
  }
  try {
    return await runServe({
      ...options,
      env: { SPILLWAY_UPSTREAMS_INCENTIVES_TARGETS: url, ...options.env },
      onReady: ({ port, adminPort }) => options.out(whatToTry(port, adminPort, url)),
    });
  } finally {
    service.kill('SIGTERM');
  }
}

async function serviceUrl(service: ReturnType<typeof fork>): Promise<string | null> {
  const said = once(service.stdout!, 'data').then(([chunk]) => String(chunk));
  const first = await Promise.race([said, once(service, 'exit').then(() => '')]);
  return /^listening (\S+)/.exec(first)?.[1] ?? null;
}

function whatToTry(port: number, adminPort: number, service: string): string {
  const gateway = `http://127.0.0.1:${port}`;
  return `
Spillway serves the sample campaign lny-2026 at ${gateway}
  a claim service stands behind it at ${service}: 20 claims at a time, 50 ms each

Try, in another terminal:
  curl -i -X POST -H 'x-user-id: alice' ${gateway}/campaigns/lny-2026/claims
  curl -s ${gateway}/queue/lny-2026/status.json
  curl -i -X POST -H 'x-user-id: bob' ${gateway}/queue/lny-2026/tickets
  curl -s http://127.0.0.1:${adminPort}/metrics | grep '^spillway_admissions_total'
  npm run burst        # 8,000 people within ten seconds

Ctrl-C stops it.
`;
}
