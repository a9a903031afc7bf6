/** A real Prometheus with the real rules, on loopback, that scrapes gateways every second. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const RULES = ['recording-rules.yaml', 'alert-rules.yaml'];

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: ReadonlyArray<readonly [number, string]>;
}

export class PrometheusServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'spillway-prometheus-'));
  #process: ChildProcess | null = null;
  #url = '';

  async start(targets: readonly string[]): Promise<void> {
    const port = await freePort();
    for (const name of RULES) {
      const text = readFileSync(`dashboards/prometheus/${name}`, 'utf8');
      // What is read once a minute otherwise must be there within this run.
      writeFileSync(join(this.#folder, name), text.replace('interval: 1m', 'interval: 5s'));
    }
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: RULES,
      scrape_configs: [{ job_name: 'spillway', static_configs: [{ targets }] }],
    };
    const file = join(this.#folder, 'prometheus.yaml');
    writeFileSync(file, stringify(config));
    this.#url = `http://127.0.0.1:${port}`;
    const storage = `--storage.tsdb.path=${join(this.#folder, 'data')}`;
    const listen = `--web.listen-address=127.0.0.1:${port}`;
    this.#process = spawn('prometheus', [`--config.file=${file}`, storage, listen, '--log.level=error'], {
      stdio: 'ignore',
    });
    while (!(await this.#isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  /** Seconds of the Unix epoch; one point a second. */
  async range(query: string, from: number, to: number): Promise<readonly Series[]> {
    const search = new URLSearchParams({ query, start: String(from), end: String(to), step: '1' });
    const response = await fetch(`${this.#url}/api/v1/query_range`, { method: 'POST', body: search });
    const { data, error } = (await response.json()) as { data?: { result: Series[] }; error?: string };
    if (data === undefined) throw new Error(`${query}: ${error}`);
    return data.result;
  }

  /** Alerts that fired at any moment between. */
  async fired(from: number, to: number): Promise<string[]> {
    const series = await this.range('ALERTS{alertstate="firing"}', from, to);
    return [...new Set(series.map(({ metric }) => metric.alertname!))].sort();
  }

  async stop(): Promise<void> {
    if (this.#process !== null && this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    const response = await fetch(`${this.#url}/-/ready`).catch(() => null);
    return response?.status === 200;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
