/** Refusals of the admin listener, as problem documents. @see RFC 9457 */
import { randomUUID } from 'node:crypto';
import type { Response } from 'express';

export interface AdminProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

export function sendProblem(res: Response, problem: AdminProblem): void {
  const { status, code, title, detail } = problem;
  res.status(status);
  res.set({ 'Cache-Control': 'no-store', 'Spillway-Code': code, 'Content-Type': 'application/problem+json' });
  res.end(JSON.stringify({ type: 'about:blank', title, status, detail, code, instance: `urn:uuid:${randomUUID()}` }));
}
