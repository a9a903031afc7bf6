/** The store section of a configuration, with the defaults of the schema. */
import type { StoreConfig } from '../../src/config/schema.js';

export function storeConfig(url: string, deadlineMs = 40): StoreConfig {
  return { kind: 'redis', path: null, tls: null, url, lanes: 1, keyPrefix: 'spillway', deadlineMs };
}
