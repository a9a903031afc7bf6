import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** Of a binary. */
  readonly cpu?: readonly string[];
}
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const { dependencies, devDependencies } = json('package.json') as Record<string, Record<string, string>>;
const { packages } = json('package-lock.json') as { packages: Record<string, Package & { dev?: boolean }> };
const page = readFileSync('docs/dependencies.md', 'utf8');
const [running = '', building = ''] = page.split('## For building and testing');

const rows = (part: string) =>
  [...part.matchAll(/^\| `([^`]+)` \| ([^|]+?) \| (.+) \|$/gm)].map(([, name, licence, rest]) => ({
    name: name!,
    licence: licence!,
    reasons: rest!.split(' | '),
  }));
const licenceOf = (name: string): unknown => json(`node_modules/${name}/package.json`).license;

describe('docs/dependencies.md', () => {
  it('lists every dependency with its licence, its reason and its alternative, and no other', () => {
    const listed = rows(running);
    expect(listed.map(({ name }) => name)).toEqual(
      Object.keys(dependencies!)
        .filter((name) => !name.startsWith('@types/'))
        .sort(),
    );
    for (const { name, licence, reasons } of listed) {
      expect([name, licence]).toEqual([name, licenceOf(name)]);
      expect(reasons).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
    }
  });

  it('lists every package of building and testing with its licence', () => {
    const listed = rows(building);
    const used = [
      ...Object.keys(devDependencies!),
      ...Object.keys(dependencies!).filter((name) => name.startsWith('@types/')),
    ];
    expect(listed.map(({ name }) => name)).toEqual(used.sort());
    for (const { name, licence } of listed) expect([name, licence]).toEqual([name, licenceOf(name)]);
  });
});

describe('the lock file', () => {
  const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);

  it('pins everything by a hash, and nothing from elsewhere than the registry', () => {
    // The binaries of other platforms are pinned by version.
    const loose = installed.filter(([, { resolved, integrity, cpu }]) => {
      const foreign = resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/');
      return foreign || (cpu === undefined && !integrity?.startsWith('sha512-'));
    });
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('has only permissive licences in what runs', () => {
    const permissive = /^\(?((MIT|ISC|Zlib|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0)( AND | OR )?)+\)?$/;
    const running = installed.filter(([, { dev }]) => dev !== true);
    const odd = running.filter(([, { license }]) => license !== undefined && !permissive.test(license));
    expect(odd.map(([path, { license }]) => `${path} ${license}`)).toEqual([]);
    expect(running.filter(([, { license }]) => license === undefined).map(([path]) => path)).toEqual([]);
  });
});
