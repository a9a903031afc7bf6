import { type Reply, readLineDocument } from '../../src/replay/reply.js';

/** An answer whose body is `members` as JSON; without header fields that are judged. */
export function reply(status: number, members: unknown = {}, retryAfterMs: number | null = null): Reply {
  const body = JSON.stringify(members);
  return { kind: 'reply', status, retryAfterMs, document: readLineDocument(body), fields: null, body };
}
