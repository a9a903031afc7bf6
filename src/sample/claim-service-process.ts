#!/usr/bin/env node
/** Process entry of the sample claim service, which thereby has an event loop of its own. Like `cli/program.ts`, it reads argv. */
import { parseArgs } from 'node:util';
import { serveClaimService } from './serve.js';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '9000' },
    'service-ms': { type: 'string', default: '50' },
    parallel: { type: 'string', default: '20' },
    'crash-above': { type: 'string', default: '400' },
    'restart-ms': { type: 'string', default: '3000' },
    slowdown: { type: 'string', default: '2' },
    'claimant-header': { type: 'string', default: 'x-user-id' },
  },
});

function quantity(name: 'port' | 'service-ms' | 'parallel' | 'crash-above' | 'restart-ms' | 'slowdown'): number {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`--${name} wants a number of 0 or more`);
  return value;
}

await serveClaimService(
  {
    host: values.host,
    port: quantity('port'),
    serviceMs: quantity('service-ms'),
    parallel: quantity('parallel'),
    crashAbove: quantity('crash-above'),
    restartMs: quantity('restart-ms'),
    slowdown: quantity('slowdown'),
    claimantHeader: values['claimant-header'],
  },
  process,
  (line) => process.stdout.write(`${line}\n`),
);
