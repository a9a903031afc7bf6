/** `spillway schema`: the JSON Schema of the configuration file, for editors and pipelines. */
import { configJsonSchema } from '../config/setting-tree.js';
import type { Write } from './check.js';

/** @returns the exit status, always 0 */
export async function runSchema({ out }: { readonly out: Write }): Promise<number> {
  out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return 0;
}
