/**
 * Fields nominated by `Connection` are hop-by-hop (RFC 9110, section 7.6.1), but the nomination comes from the
 * other side and may aim at fields that decide about money: a client that could have `Authorization` or the
 * claimant removed between gateway and service would be somebody else there. So a nomination removes a field
 * from the sender's own part of the message only, and never a protected one; for those it is ignored, as
 * "intended for all recipients of the content".
 */

/** End-to-end fields that a nomination never removes. */
const END_TO_END: readonly string[] = [
  ...['authorization', 'cookie', 'set-cookie', 'idempotency-key', 'host', 'date', 'via', 'location', 'retry-after'],
  ...['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location', 'content-range'],
  ...['content-disposition', 'cache-control', 'etag', 'expires', 'last-modified', 'vary', 'age', 'pragma'],
  ...['origin', 'referer', 'user-agent', 'accept', 'accept-encoding', 'accept-language', 'range', 'www-authenticate'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'server'],
  ...['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-real-ip'],
  ...['traceparent', 'tracestate', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'strict-transport-security'],
];

export type ProtectedFields = ReadonlySet<string>;

export const endToEndFields: ProtectedFields = new Set(END_TO_END);

/** The fields protected anyway and `names` besides: the claimant's header, headers that limits or rules read. */
export function protectedFields(names: Iterable<string>): ProtectedFields {
  const all = new Set(END_TO_END);
  for (const name of names) all.add(name.toLowerCase());
  return all;
}

/** Whether a `Connection` value names no field: the two options that nearly every message carries. */
export function namesNoField(value: string): boolean {
  return value === 'keep-alive' || value === 'close' || value === 'Keep-Alive' || value === 'Close';
}

/**
 * Removes from `fields` (name, value, name, value …) from index `from` on, in place, what the `Connection`
 * value `nominations` names.
 */
export function removeNominated(
  fields: string[],
  from: number,
  nominations: string,
  isProtected: ProtectedFields,
): void {
  const named = new Set<string>();
  for (const option of nominations.split(',')) {
    const name = option.trim().toLowerCase();
    if (name !== '' && !isProtected.has(name)) named.add(name);
  }
  let kept = from;
  for (let at = from; at < fields.length; at += 2) {
    const name = fields[at]!;
    if (named.has(name.toLowerCase())) continue;
    fields[kept++] = name;
    fields[kept++] = fields[at + 1]!;
  }
  fields.length = kept;
}
