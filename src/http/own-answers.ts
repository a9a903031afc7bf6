/** Answers of Spillway's own that are no refusals. */
import type { ServerResponse } from 'node:http';
import { apiSecurityHeaders } from './security-headers.js';

const JSON_FIELDS = ['Content-Type', 'application/json', ...apiSecurityHeaders];
const NO_STORE = [...JSON_FIELDS, 'Cache-Control', 'no-store'];
const PUBLIC = [...JSON_FIELDS, 'Cache-Control', 'public, max-age=1'];

/** JSON for one person. */
export function sendPrivate(res: ServerResponse, status: number, document: object, fields: readonly string[]): void {
  const body = JSON.stringify(document);
  const bodyBytes = Buffer.byteLength(body);
  const all = NO_STORE.slice();
  all.push('Content-Length', String(bodyBytes));
  for (const part of fields) all.push(part);
  res.writeHead(status, all);
  endWithText(res, body, bodyBytes);
}

/** An ASCII body is the same in Latin-1, which Node writes faster than UTF-8. */
export function endWithText(res: ServerResponse, body: string, bodyBytes: number): void {
  res.end(body, bodyBytes === body.length ? 'latin1' : 'utf8');
}

/** JSON for everybody, which a cache may keep for a second. */
export function sendPublic(res: ServerResponse, bytes: Buffer, fields: readonly string[], head: boolean): void {
  res.writeHead(200, [...PUBLIC, 'Content-Length', String(bytes.length), ...fields]);
  res.end(head ? undefined : bytes);
}

export function sendNothing(res: ServerResponse, fields: readonly string[]): void {
  res.writeHead(204, [...apiSecurityHeaders, 'Cache-Control', 'no-store', ...fields]);
  res.end();
}
