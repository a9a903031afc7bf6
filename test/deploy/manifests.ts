/** The Kubernetes manifests as they lie in the repository, and the kustomizations that put them together. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const ROOT = 'deploy/kubernetes';

export interface Manifest {
  readonly file: string;
  readonly body: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly [member: string]: unknown;
  };
}

export interface Kustomization {
  readonly folder: string;
  readonly resources: readonly string[];
  readonly configMapGenerator?: ReadonlyArray<{ readonly name: string; readonly files: readonly string[] }>;
  readonly secretGenerator?: ReadonlyArray<{ readonly name: string; readonly literals: readonly string[] }>;
}

const files: readonly string[] = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => join(ROOT, file));

export const kustomizations: readonly Kustomization[] = files
  .filter((file) => file.endsWith('/kustomization.yaml'))
  .map((file) => ({ folder: join(file, '..'), ...parse(readFileSync(file, 'utf8')) }));

/** Files that a kustomization takes as data and not as resources. */
const data = new Set(
  kustomizations.flatMap(({ folder, configMapGenerator = [] }) =>
    configMapGenerator.flatMap((map) => map.files.map((file) => join(folder, file))),
  ),
);

export const resourceFiles = files.filter((file) => !file.endsWith('/kustomization.yaml') && !data.has(file));

export const manifests: readonly Manifest[] = resourceFiles.flatMap((file) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => ({ file, body: document.toJS() })),
);

/** The one manifest of this kind and name. */
export function manifest(kind: string, name: string): Manifest['body'] {
  const found = manifests.filter(({ body }) => body.kind === kind && body.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} manifests are ${kind} ${name}`);
  return found[0]!.body;
}

/** What a kustomization takes in, itself and through others; folders stand for their own kustomization. */
export function takenIn({ folder, resources }: Kustomization): string[] {
  return resources.flatMap((entry) => {
    const path = join(folder, entry);
    if (!existsSync(path)) throw new Error(`${folder} names ${entry}, which is not there`);
    if (!statSync(path).isDirectory()) return [path];
    return takenIn(kustomizations.find((one) => one.folder === path)!);
  });
}
