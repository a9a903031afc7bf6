/** Load from wrk: one thread, closed loop, on the core of the load. */
import { fileURLToPath } from 'node:url';
import { LOAD_CORE } from './machine.mjs';
import { run } from './processes.mjs';

const SCRIPT = fileURLToPath(new URL('../load/requests.lua', import.meta.url));

/**
 * @param request - see `load/requests.lua`
 * @returns requests answered, those answered with 400 or above, seconds, and latencies of the closed loop
 * @throws when connections broke or answers did not come: no figure is made of that
 */
export async function load(port, request, { seconds, connections = 64 }) {
  const settings = Object.entries(request).map(([name, value]) => `${name}=${value}`);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT];
  const out = await run('wrk', [...args, `http://127.0.0.1:${port}`, '--', ...settings], { core: LOAD_CORE });
  const line = /^BENCH (.*)$/m.exec(out);
  if (line === null) throw new Error(`wrk said nothing of use: ${out}`);
  const { requests, durationUs, refused, broken, p50Us, p99Us } = JSON.parse(line[1]);
  if (broken > 0) throw new Error(`${broken} requests broke under load`);
  return { requests, refused, seconds: durationUs / 1e6, perSecond: (requests * 1e6) / durationUs, p50Us, p99Us };
}
