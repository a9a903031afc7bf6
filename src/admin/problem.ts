/** Refusals of the admin listener, as problem documents. @see RFC 9457 */
import { randomUUID } from 'node:crypto';
import type { Response } from 'express';

export interface AdminProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** What is wrong, and what to do about it. */
  readonly detail: string;
  /** Further members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export function sendProblem(res: Response, problem: AdminProblem): void {
  const { status, code, title, detail, members } = problem;
  res.status(status);
  res.set({ 'Cache-Control': 'no-store', 'Spillway-Code': code, 'Content-Type': 'application/problem+json' });
  const instance = `urn:uuid:${randomUUID()}`;
  res.end(JSON.stringify({ type: 'about:blank', title, status, detail, code, instance, ...members }));
}
