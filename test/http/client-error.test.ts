import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { answerClientErrors } from '../../src/http/client-error.js';
import { createApplication, createPrelinkedServer } from '../../src/http/express-app.js';
import { judgeRequest } from '../../src/http/hygiene.js';
import { sendProblem } from '../../src/http/problem.js';
import { RequestIds } from '../../src/http/request-id.js';
import { lastProblem, sendRaw } from './raw-socket.js';

let server: http.Server;
let port: number;
let refused: string[];
let reached: string[];
/** Lets a held answer go. */
let release: () => void;

beforeEach(async () => {
  const app = createApplication();
  const ids = new RequestIds();
  reached = [];
  refused = [];
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  app.use(async (req, res) => {
    const verdict = judgeRequest(req);
    if (verdict.kind === 'refused') return sendProblem(res, ids.next(), verdict);
    reached.push(verdict.path);
    if (verdict.path === '/held') await held;
    for await (const chunk of req) void chunk;
    res.end('served');
  });
  app.use((_fault: Error, _req: Request, res: Response, _next: NextFunction) => void res.destroy());
  server = createPrelinkedServer(app, {
    limits: { headersTimeoutMs: 1000, requestTimeoutMs: 1500, connectionsCheckingIntervalMs: 25 },
  });
  answerClientErrors(server, ids, (problem) => {
    refused.push(problem.code);
    if (problem.code === 'REQUEST_INVALID') release();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  release();
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
});

const head = (lines: string) => `${lines.replaceAll('\n', '\r\n')}\r\n\r\n`;

describe('bytes that never become a request', () => {
  it.each([
    ['two lengths', 'POST / HTTP/1.1\nHost: a\nContent-Length: 1\nContent-Length: 1', 400, 'REQUEST_INVALID'],
    [
      'length and chunks',
      'POST / HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked',
      400,
      'REQUEST_INVALID',
    ],
    [
      'two codings',
      'POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked',
      400,
      'REQUEST_INVALID',
    ],
    ['a space before a colon', 'GET / HTTP/1.1\nHost : a', 400, 'REQUEST_INVALID'],
    ['a folded field', 'GET / HTTP/1.1\nHost: a\nX: a\n b', 400, 'REQUEST_INVALID'],
    ['a NUL in the target', 'GET /\u0000 HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['bytes above ASCII in the target', 'GET /\u00e9 HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['a space in the target', 'GET /a b HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['a target without slash', 'GET a HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['authority-form', 'GET a:80 HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['an unknown method', 'STEAL / HTTP/1.1\nHost: a', 400, 'REQUEST_INVALID'],
    ['a header above 16 KiB', `GET / HTTP/1.1\nHost: a\nX: ${'x'.repeat(17_000)}`, 431, 'HEADERS_TOO_LARGE'],
    ['CONNECT', 'CONNECT a:80 HTTP/1.1\nHost: a', 405, 'METHOD_NOT_ALLOWED'],
  ])('%s: a problem document, a closed connection, and nothing reached', async (_name, lines, status, code) => {
    const answer = await sendRaw(port, head(lines));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('Content-Type: application/problem+json\r\n');
    expect(answer).toContain('Connection: close\r\n');
    expect(lastProblem(answer)).toMatchObject({ status, code, instance: expect.any(String) });
    expect(refused).toEqual([code]);
    expect(reached).toEqual([]);
  });

  it('answers an expectation it cannot meet with 417, and keeps 100-continue', async () => {
    const foul = await sendRaw(port, head('POST / HTTP/1.1\nHost: a\nExpect: miracles\nConnection: close'));
    expect(lastProblem(foul)).toMatchObject({ status: 417, code: 'EXPECTATION_FAILED' });
    const lines = 'POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 1\nConnection: close';
    const fair = await sendRaw(port, `${head(lines)}x`);
    expect(fair).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('cuts off who sends a header slowly, with 408', async () => {
    expect(lastProblem(await sendRaw(port, 'GET / HTTP/1.1\r\nHost:'))).toMatchObject({ code: 'REQUEST_TIMEOUT' });
  });

  it('cuts off who sends a body slowly, with 408', async () => {
    const answer = await sendRaw(port, `${head('POST / HTTP/1.1\nHost: a\nContent-Length: 9')}x`);
    expect(lastProblem(answer)).toMatchObject({ status: 408 });
  });

  it('refuses a malformed chunk in the body of the request being served', async () => {
    const answer = await sendRaw(port, `${head('POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked')}zz\r\n`);
    expect(lastProblem(answer)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('gives an earlier request of the connection its own answer before refusing the next', async () => {
    const answer = await sendRaw(port, `${head('GET /held HTTP/1.1\nHost: a')}garbage\r\n\r\n`);
    expect(reached).toEqual(['/held']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*servedHTTP\/1\.1 400 Bad Request/s);
  });

  it('ignores an upgrade', async () => {
    const lines = 'GET / HTTP/1.1\nHost: a\nConnection: upgrade, close\nUpgrade: h2c';
    expect(await sendRaw(port, head(lines), /served$/)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('requests that hygiene refuses', () => {
  it.each([
    ['no Host', 'GET / HTTP/1.1'],
    ['two Hosts', 'GET / HTTP/1.1\nHost: a\nHost: a'],
    ['HTTP/2.0 in a first line', 'GET / HTTP/2.0\nHost: a'],
    ['a coding besides chunked', 'POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked\n\n0'],
    ['absolute-form', 'GET http://evil.example/ HTTP/1.1\nHost: a'],
    ['asterisk-form', 'OPTIONS * HTTP/1.1\nHost: a'],
    ['a fragment', 'GET /a#b HTTP/1.1\nHost: a'],
  ])('%s: a problem document, and nothing reached', async (_name, lines) => {
    const answer = await sendRaw(port, head(lines), /"instance":"[^"]+"}$/);
    expect(lastProblem(answer)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(reached).toEqual([]);
  });
});
