/**
 * The least a Node proxy can do: `node:http` in front of undici, this very client's hop-by-hop fields removed, bodies
 * passed on whole. No limits, no time-outs, no faults, no bounds.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { options } from './options.mjs';

const { port, servicePort } = options;
const pool = new Pool(`http://127.0.0.1:${servicePort}`, { connections: 256, pipelining: 1 });
const HOP = new Set(['host', 'connection', 'keep-alive']);

function endToEnd(raw) {
  const headers = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (!HOP.has(raw[at].toLowerCase())) headers.push(raw[at], raw[at + 1]);
  }
  return headers;
}

createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const body = chunks.length === 0 ? null : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    pool.dispatch(
      { path: req.url, method: req.method, headers: endToEnd(req.rawHeaders), body },
      {
        onConnect() {},
        onHeaders(status, raw) {
          res.writeHead(status, endToEnd(raw.map((part) => part.toString('latin1'))));
          return true;
        },
        onData: (chunk) => res.write(chunk) || true,
        onComplete: () => res.end(),
        onError: () => res.destroy(),
      },
    );
  });
}).listen(port, '127.0.0.1');
