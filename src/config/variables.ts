/**
 * The names of environment variables, derived from the schema: `server.trustProxy` is `SPILLWAY_SERVER_TRUST_PROXY`.
 * An entry of a list goes by its id where it has one, or by its index:
 * `SPILLWAY_CAMPAIGNS_LNY_2026_ADMISSION_RATE_PER_SECOND`.
 */
import type { Path } from './path.js';
import { isMapping } from './path.js';
import { itemsOf, propertiesOf, type SettingNode, settingTree } from './setting-tree.js';

export const PREFIX = 'SPILLWAY_';

/** Variables with that prefix which are no settings, and what reads them. */
export const RESERVED_VARIABLES: Readonly<Record<string, string>> = {
  SPILLWAY_CONFIG: 'The configuration file, where --config is not given.',
};

export interface Variable {
  readonly path: Path;
  readonly node: SettingNode;
}

/** `refillPerSecond` → `REFILL_PER_SECOND`; `lny-2026` → `LNY_2026`. */
export function variablePart(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]/g, '_')
    .toUpperCase();
}

/** Every variable that has a meaning for this configuration; several places under one name are ambiguous. */
export function variablesOf(value: unknown): Map<string, Variable[]> {
  const found = new Map<string, Variable[]>();
  collect(found, PREFIX.slice(0, -1), [], settingTree(), value);
  return found;
}

function collect(found: Map<string, Variable[]>, name: string, path: Path, node: SettingNode, value: unknown): void {
  if (path.length > 0) found.set(name, [...(found.get(name) ?? []), { path, node }]);
  for (const [key, child] of Object.entries(propertiesOf(node))) {
    const below = isMapping(value) ? value[key] : undefined;
    collect(found, `${name}_${variablePart(key)}`, [...path, key], child, below);
  }
  const items = itemsOf(node);
  if (items === undefined || !Array.isArray(value)) return;
  const ids = value.map((item) => (isMapping(item) && typeof item.id === 'string' ? variablePart(item.id) : undefined));
  for (const [index, item] of value.entries()) {
    const id = ids[index];
    if (id !== undefined) collect(found, `${name}_${id}`, [...path, index], items, item);
    if (!ids.includes(String(index))) collect(found, `${name}_${index}`, [...path, index], items, item);
  }
}

/**
 * Kubernetes gives every container addresses of the services beside it, under names made from theirs. A service
 * called spillway or spillway-admin must not read as a setting: `SPILLWAY_ADMIN_PORT=tcp://10.0.0.7:9090`.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function isServiceLink(name: string, value: string): boolean {
  return (
    (/_PORT(_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)?$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value)) ||
    /_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/.test(name) ||
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name)
  );
}
