/**
 * What differs between two configurations, and what of it can take effect while the gateway runs. A setting that is
 * not named here needs a restart, so that a new one is never taken half.
 */
import { isMapping } from './path.js';
import type { Config } from './schema.js';

/** One difference. Values are left out: they may be secret. */
export interface ConfigChange {
  /** With the entry's id: `campaigns[lny-2026].admission.burst`. */
  readonly path: string;
  readonly live: boolean;
}

/** Settings that take effect at once, with all that stands below them. */
export const LIVE_SETTINGS: readonly string[] = [
  'server.trustProxy',
  'server.cors',
  'server.maxBodyBytes',
  'admin.tokens',
  'tickets.keys',
  'log',
  'upstreams[]',
  'upstreams[].targets',
  'upstreams[].timeoutMs',
  'upstreams[].idempotent',
  'upstreams[].concurrency.limit',
  'upstreams[].tls',
  'upstreams[].proofKeys',
  'campaigns[]',
  'campaigns[].routes',
  'campaigns[].pass',
  'campaigns[].schedule.prequeueAt',
  'campaigns[].schedule.opensAt',
  'campaigns[].schedule.closesAt',
  'campaigns[].claimant',
  'campaigns[].limits',
  'campaigns[].admission',
  'campaigns[].queue',
  'campaigns[].claims.ttlSeconds',
  'campaigns[].claims.outcomes',
  'campaigns[].claims.unknown',
  'campaigns[].claims.credentials',
  'campaigns[].claims.storedHeaders',
  'campaigns[].claims.storedBodyBytes',
  'campaigns[].budget',
  'campaigns[].publish',
  'campaigns[].page',
  'campaigns[].recording',
];

/** What a live setting needs beside being one. */
const CONDITIONS: Readonly<Record<string, (before: unknown, after: unknown) => boolean>> = {
  // Names of claimants and of claims are derived from the last key: another one would make everybody a stranger.
  'tickets.keys': (before, after) => JSON.stringify(lastOf(before)) === JSON.stringify(lastOf(after)),
  // With a budget claims have entries, without they have none.
  'campaigns[].budget.claims': (before, after) => (before === null) === (after === null),
};

/** Lists whose entries are told apart by their ids. */
const LISTS = new Set(['upstreams', 'campaigns']);

/** Whether a setting, as the reference writes it, can change while the gateway runs. */
export function isLiveSetting(setting: string): boolean {
  return LIVE_SETTINGS.some((live) => {
    if (setting === live) return true;
    const isEntry = live.endsWith('[]');
    return !isEntry && (setting.startsWith(`${live}.`) || setting.startsWith(`${live}[`));
  });
}

export function configChanges(before: Config, after: Config): ConfigChange[] {
  return [...differences(before, after, '', '')];
}

/**
 * What cannot change although all workers are replaced, which takes up every other setting: what is the primary's own,
 * and where the store keeps things. Old workers finish beside new ones: on two stores they would let through twice the
 * rate, and could pay twice.
 */
export function primarySettings(before: Config, after: Config): string[] {
  const changed = configChanges(before, after).map(({ path }) => path);
  const own = changed.filter((path) => /^(admin|metrics)\b/.test(path) && !isLiveSetting(path));
  return JSON.stringify(placeOf(before)) === JSON.stringify(placeOf(after))
    ? own
    : [...own, ...changed.filter((path) => path.startsWith('store.') && path !== 'store.deadlineMs')];
}

/** Nodes of a Cluster or of Sentinel are only where one begins to ask, and passwords change where they are. */
function placeOf({ store }: Config): unknown {
  const { kind, path, keyPrefix, lanes, cluster, sentinel } = store;
  const { host, pathname } = new URL(store.url);
  const at = cluster !== undefined ? 'cluster' : sentinel !== undefined ? `sentinel ${sentinel.name}` : host;
  return { kind, path, keyPrefix, lanes, at, database: pathname };
}

function* differences(before: unknown, after: unknown, path: string, setting: string): Generator<ConfigChange> {
  if (isMapping(before) && isMapping(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    const below = (to: string, name: string): string => (to === '' ? name : `${to}.${name}`);
    for (const name of names) {
      yield* differences(before[name], after[name], below(path, name), below(setting, name));
    }
  } else if (LISTS.has(setting)) {
    const [was, is] = [byId(before), byId(after)];
    for (const id of new Set([...was.keys(), ...is.keys()])) {
      yield* differences(was.get(id), is.get(id), `${path}[${id}]`, `${setting}[]`);
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    yield { path, live: isLiveSetting(setting) && (CONDITIONS[setting]?.(before, after) ?? true) };
  }
}

function byId(entries: unknown): Map<string, unknown> {
  return new Map((entries as ReadonlyArray<{ readonly id: string }>).map((entry) => [entry.id, entry]));
}

function lastOf(keys: unknown): unknown {
  return Array.isArray(keys) ? keys.at(-1) : undefined;
}
