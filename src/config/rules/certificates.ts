/** Certificates and their keys. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Path } from '../path.js';
import type { Rule, Surroundings } from '../rule.js';
import type { Config } from '../schema.js';

interface Placed {
  readonly path: Path;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

const isWhole = ({ certFile, keyFile }: Placed): boolean => (certFile === null) === (keyFile === null);

function* tlsOf({ server, admin, upstreams }: Config): Generator<Placed> {
  if (server.tls !== null) yield { path: ['server', 'tls'], caFile: null, ...server.tls };
  if (admin.tls !== null) yield { path: ['admin', 'tls'], caFile: null, ...admin.tls };
  for (const [index, { tls }] of upstreams.entries()) yield { path: ['upstreams', index, 'tls'], ...tls };
}

const half: Rule = {
  id: 'certificate-without-key',
  verdict: 'refused',
  problem: 'A certificate without its key, or a key without its certificate, proves nothing.',
  cure: 'Give both certFile and keyFile, or neither.',
  *find(config) {
    for (const placed of tlsOf(config)) {
      const { path, certFile, keyFile } = placed;
      if (!isWhole(placed)) yield { path, value: { certFile, keyFile } };
    }
  },
};

const unusable: Rule = {
  id: 'certificate-unusable',
  verdict: 'refused',
  problem: 'The certificate or its key cannot be read, or they do not belong together.',
  cure: 'Give PEM files that the user of the gateway can read: the chain, leaf first, and the key of the leaf.',
  *find(config, surroundings) {
    for (const placed of tlsOf(config)) {
      const { path, caFile, certFile, keyFile } = placed;
      const fault = isWhole(placed) ? faultOf(placed, surroundings) : null;
      const value = { caFile, certFile, keyFile };
      if (fault !== null) yield { path, value, problem: `These files cannot be used: ${fault}.` };
    }
  },
};

/** OpenSSL's own reasons name neither key nor path. */
function faultOf({ caFile, certFile, keyFile }: Placed, { readFile }: Surroundings): string | null {
  try {
    const read = (file: string | null) => (file === null ? undefined : Buffer.from(readFile(file)));
    createSecureContext({ ca: read(caFile), cert: read(certFile), key: read(keyFile) });
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  }
}

/** A renewal that is late by less than this is somebody's to notice. */
const SOON_MS = 7 * 86_400_000;

const endsSoon: Rule = {
  id: 'certificate-ends-soon',
  verdict: 'warned',
  problem: 'The certificate is out of date, or will be within a week.',
  cure: 'Renew it: the file is read again when it changes, without a restart.',
  *find(config, { readFile }) {
    for (const { path, certFile } of tlsOf(config)) {
      const endMs = certFile === null ? null : endOf(() => readFile(certFile));
      if (endMs !== null && endMs < Date.now() + SOON_MS) yield { path: [...path, 'certFile'], value: certFile };
    }
  },
};

function endOf(read: () => Uint8Array): number | null {
  try {
    return Date.parse(new X509Certificate(read()).validTo);
  } catch {
    return null;
  }
}

const unused: Rule = {
  id: 'upstream-tls-unused',
  verdict: 'refused',
  problem: 'A target without https is reached in the clear: nothing of tls would protect it.',
  cure: 'Write the targets with https://, or remove tls.',
  *find({ upstreams }) {
    for (const [index, { tls, targets }] of upstreams.entries()) {
      const given = Object.values(tls).some((value) => value !== null);
      const clear = targets.findIndex((target) => !target.startsWith('https:'));
      const path = ['upstreams', index, 'targets', clear];
      if (given && clear >= 0) yield { path, value: targets[clear], compared: [['upstreams', index, 'tls']] };
    }
  },
};

export const certificateRules: readonly Rule[] = [half, unusable, endsSoon, unused];
