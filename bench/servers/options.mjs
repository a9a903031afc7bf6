/** What a server of the comparison is told, as one JSON text; and how it listens. */
export const options = JSON.parse(process.argv[2] ?? '{}');

/** Limits of the comparison: hits per window, shared through Redis. @returns [name, hits, key of a request] */
export function limitsOf({ limits }) {
  return [
    ['user', limits.perUser, (req) => req.headers['x-user-id'] ?? ''],
    ['address', limits.perAddress, (req) => req.ip],
    ['door', limits.door, () => 'door'],
  ];
}
