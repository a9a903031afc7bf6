/** Answers of Spillway's own that are no refusals. */
import type { ServerResponse } from 'node:http';
import { AnswerHead, sendAscii, sendWhole } from '../proxy/whole-answer.js';
import { type TicketDocument, ticketJson } from '../waiting-room/ticket-document.js';
import { apiSecurityHeaders } from './security-headers.js';

const JSON_FIELDS = ['Content-Type', 'application/json', ...apiSecurityHeaders];
const NO_STORE = [...JSON_FIELDS, 'Cache-Control', 'no-store'];
const KEPT = new AnswerHead(200, NO_STORE);
const JOINED = new AnswerHead(201, NO_STORE);
const PUBLIC = new AnswerHead(200, [...JSON_FIELDS, 'Cache-Control', 'public, max-age=1']);

/** JSON for one person. @param fields - further ones, as those of CORS */
export function sendPrivate(res: ServerResponse, document: object, fields: readonly string[]): void {
  sendWhole(res, KEPT, fields, JSON.stringify(document));
}

/** @param status - 201: the place is new */
export function sendTicket(
  res: ServerResponse,
  status: 200 | 201,
  document: TicketDocument,
  fields: readonly string[],
): void {
  sendAscii(res, status === 200 ? KEPT : JOINED, fields, ticketJson(document));
}

/** JSON for everybody, which a cache may keep for a second. */
export function sendPublic(res: ServerResponse, bytes: Buffer, fields: readonly string[]): void {
  sendWhole(res, PUBLIC, fields, bytes);
}

export function sendNothing(res: ServerResponse, fields: readonly string[]): void {
  res.writeHead(204, [...apiSecurityHeaders, 'Cache-Control', 'no-store', ...fields]);
  res.end();
}
