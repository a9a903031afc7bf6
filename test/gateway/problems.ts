/** What every refusal of Spillway's own has in common (RFC 9457, and the contract's fields). */
import { expect } from '@jest/globals';
import type { Answer } from './client.js';

export interface Expected {
  readonly status: number;
  readonly code: string;
  /** Whether trying again makes sense. */
  readonly again: boolean;
  /** The type's URI; Spillway's own name for the code when left out. */
  readonly type?: string;
}

export const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
export const REDUCED_CAPACITY = 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity';

/** @returns the problem document */
export function expectProblem(answer: Answer, expected: Expected): Record<string, unknown> {
  const { status, code, again, type = `urn:spillway:problem:${code.toLowerCase().replaceAll('_', '-')}` } = expected;
  const problem = answer.json();
  expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
  expect(problem).toMatchObject({ type, status, title: expect.any(String), detail: expect.any(String) });
  expect(problem.instance).toEqual(expect.stringMatching(/^\S{8,}$/));
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'spillway-code': code,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  if (again) expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  else expect(answer.headers['retry-after']).toBeUndefined();
  return problem;
}
