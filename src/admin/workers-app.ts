/**
 * The admin listener of a machine with several workers: metrics and health of all of them together, and for everything
 * else the oldest worker that is ready, which speaks for all: settings live in the store, and each worker follows them.
 */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { ReadinessReport } from '../lifecycle/readiness.js';
import type { Worker } from '../lifecycle/worker-pool.js';
import type { MetricsSnapshot } from '../metrics/exposition.js';
import type { ProcessMetrics } from '../metrics/merged-exposition.js';

export interface WorkersReport {
  readonly worker: Worker;
  readonly report: { readonly metrics: MetricsSnapshot; readonly readiness: ReadinessReport };
}

export interface WorkersAppOptions {
  readonly workers: () => readonly Worker[];
  readonly reports: () => Promise<readonly WorkersReport[]>;
  /** Of this process itself. */
  readonly ownMetrics: () => Promise<MetricsSnapshot>;
  readonly exposition: {
    readonly contentType: string;
    text(processes: readonly ProcessMetrics[], own: MetricsSnapshot): Promise<string>;
  };
  readonly isDraining: () => boolean;
}

export function createWorkersApp(options: WorkersAppOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const { exposition, ownMetrics, reports } = options;
  return (req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0];
    if (path === '/metrics') {
      void Promise.all([reports(), ownMetrics()])
        .then(([all, own]) => exposition.text(all.map(toProcess), own))
        .then(
          (text) => answer(res, 200, exposition.contentType, text),
          () => answer(res, 500, 'text/plain', 'The metrics of the workers could not be added up.\n'),
        );
    } else if (path === '/livez') answer(res, 200, 'application/json', '{"alive":true}');
    else if (path === '/readyz') void readiness(options).then((body) => answerReadiness(res, body));
    else forward(req, res, options.workers());
  };
}

function toProcess({ worker, report }: WorkersReport): ProcessMetrics {
  return { metrics: report.metrics, leaving: worker.state === 'stopping' };
}

interface WorkersReadiness {
  readonly ready: boolean;
  readonly state: 'starting' | 'ready' | 'draining';
  readonly details: { readonly workers: readonly unknown[] };
}

/** Ready is who has one worker that is: another one may just be starting again. */
async function readiness({ reports, isDraining }: WorkersAppOptions): Promise<WorkersReadiness> {
  const all = await reports();
  const one = all.some(({ report }) => report.readiness.ready);
  const state = isDraining() ? 'draining' : one ? 'ready' : 'starting';
  const workers = all.map(({ worker, report }) => {
    const { state: own, details } = report.readiness;
    return { worker: worker.number, pid: worker.pid, state: own, details };
  });
  return { ready: state === 'ready', state, details: { workers } };
}

function answerReadiness(res: ServerResponse, body: WorkersReadiness): void {
  answer(res, body.ready ? 200 : 503, 'application/json', JSON.stringify(body));
}

function answer(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  res.end(body);
}

function forward(req: IncomingMessage, res: ServerResponse, workers: readonly Worker[]): void {
  const speaker = workers.find(({ state }) => state === 'ready') ?? workers.find(({ state }) => state === 'stopping');
  if (speaker === undefined) {
    unavailable(res);
    return;
  }
  const { method, url, headers } = req;
  const onward = request({ socketPath: speaker.adminPath, method, path: url, headers, agent: false }, (reply) => {
    res.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
    pipeline(reply, res, () => {});
  });
  onward.on('error', () => (res.headersSent ? res.destroy() : unavailable(res)));
  res.on('close', () => onward.destroy());
  pipeline(req, onward, () => {});
}

function unavailable(res: ServerResponse): void {
  const problem = {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'NO_WORKER',
    detail: 'No worker is ready to answer; one is being started. Ask again in a moment.',
  };
  res.setHeader('Retry-After', '1');
  answer(res, 503, 'application/problem+json', JSON.stringify(problem));
}
