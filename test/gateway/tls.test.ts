import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kernel/clock.js';
import { createLogger } from '../../src/kernel/logger.js';
import { Certificate } from '../../src/lifecycle/certificate.js';
import { FakeClock } from '../support/fake-clock.js';
import { CLAIMS, GatewayBench } from '../support/gateway.js';
import { claim } from './client.js';

const pem = (name: string): string => new URL(`../support/tls/${name}`, import.meta.url).pathname;
const ca = readFileSync(pem('ca.pem'));
const pair = (name: string) => ({ certFile: pem(`${name}.pem`), keyFile: pem(`${name}.key`) });
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

async function subjectAt(port: number): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

function securely(
  port: number,
  path: string,
  method: string,
  headers = {},
): Promise<{ status: number; proto: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', ca, path, method, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, proto: answer.headers['set-cookie'] }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('TLS for clients and operators', () => {
  it('serves claims, and tells the service that they came so', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, { server: { tls: pair('server') } });
    const answer = await securely(port, CLAIMS, 'POST', { 'x-user-id': 'ann', 'sec-fetch-site': 'none' });
    expect(answer.status).toBe(201);
    expect(upstream.requests[0]!.headers['x-forwarded-proto']).toBe('https');
    await expect(claim(port, 'ann')).rejects.toThrow();
  });

  it('serves the admin listener', async () => {
    const upstream = await bench.recording();
    const { gateway } = await bench.open(upstream.url, { admin: { tls: pair('server') } });
    expect((await securely(gateway.adminPort, '/livez', 'GET')).status).toBe(200);
    expect(await subjectAt(gateway.adminPort)).toBe('server.test');
  });
});

describe('a certificate', () => {
  it('that is renewed is shown to the next connection; half a renewal is not taken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-tls-'));
    const files = { caFile: null, certFile: join(folder, 'a.pem'), keyFile: join(folder, 'a.key') };
    const copy = (name: string, to: 'certFile' | 'keyFile') =>
      copyFileSync(pem(`${name}${to === 'certFile' ? '.pem' : '.key'}`), files[to]);
    copy('server', 'certFile');
    copy('server', 'keyFile');
    const clock = new FakeClock();
    const certificate = new Certificate(files, { clock, logger: createLogger('silent') });
    const { secureServer } = await import('../../src/lifecycle/secure-server.js');
    const server = secureServer(certificate, {}, (_req, res) => void res.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await subjectAt(port)).toBe('server.test');
      copy('renewed', 'certFile');
      await clock.advance(5000);
      expect(await subjectAt(port)).toBe('server.test');
      copy('renewed', 'keyFile');
      await clock.advance(5000);
      expect(await subjectAt(port)).toBe('renewed.test');
    } finally {
      certificate.stop();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('that does not fit its key is refused before anything starts', () => {
    expect(
      () =>
        new Certificate(
          { ...pair('server'), keyFile: pem('renewed.key'), caFile: null },
          { clock: systemClock, logger: createLogger('silent') },
        ),
    ).toThrow(/key values mismatch/i);
  });
});

describe('TLS to the service', () => {
  async function service(): Promise<{ url: string; subjects: string[] }> {
    const subjects: string[] = [];
    const shown = { cert: readFileSync(pem('service.pem')), key: readFileSync(pem('service.key')) };
    const server = createServer({ ...shown, ca, requestCert: true, rejectUnauthorized: true }, (req, res) => {
      subjects.push(String((req.socket as TLSSocket).getPeerCertificate().subject.CN));
      res.writeHead(201).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    bench.alsoStop(async () => {
      server.close();
      server.closeAllConnections();
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, subjects };
  }

  it('shows who the gateway is, and believes only whom it was told to', async () => {
    const { url, subjects } = await service();
    const tls = { caFile: pem('ca.pem'), serverName: 'service.test', ...pair('client') };
    const { port } = await bench.open(url, { upstream: { tls } });
    expect((await claim(port, 'ann')).status).toBe(201);
    expect(subjects).toEqual(['client.test']);
  });

  it.each([
    ['without a certificate of its own', { caFile: pem('ca.pem'), serverName: 'service.test' }],
    ['a service of another name', { caFile: pem('ca.pem'), serverName: 'other.test', ...pair('client') }],
    ['a service of an unknown CA', { serverName: 'service.test', ...pair('client') }],
  ])('hands nothing over: %s', async (_what, tls) => {
    const { url, subjects } = await service();
    const { port } = await bench.open(url, { upstream: { tls } });
    expect((await claim(port, 'ann')).json()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(subjects).toEqual([]);
  });
});
