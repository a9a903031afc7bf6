/** Subjects that are a file of `servers/`, in a Node process of their own. */
import { fileURLToPath } from 'node:url';
import { SUBJECT_CORE } from '../stand/machine.mjs';
import { freePort, startServer, stopServer } from '../stand/processes.mjs';

const WINDOW_MS = 60_000;

export function nodeServer(title, file, { limited = false, packages = false } = {}) {
  const path = fileURLToPath(new URL(`../servers/${file}`, import.meta.url));
  return {
    title,
    limited,
    packages,
    async start({
      servicePort,
      redisPort,
      limits,
      answer,
      env: more,
      nodeArgs = [],
      core = SUBJECT_CORE,
      windowMs = WINDOW_MS,
    }) {
      const port = await freePort();
      const options = { port, servicePort, redisPort, limits, windowMs, answer };
      const args = [...nodeArgs, path, JSON.stringify(options)];
      const env = { NODE_ENV: 'production', ...more };
      const child = await startServer({ command: process.execPath, args, port, core, env });
      return { port, pid: child.pid, stop: () => stopServer(child) };
    },
  };
}
