/** The release script, in a scratch repository with our manifest, our lock file and a changelog. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n- Claims are served.\n- Nobody is paid twice.\n\n## 0.0.9 – 2025-01-01\n\n- Older.\n';
const TODAY = new Date().toISOString().slice(0, 10);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-release-'));
  for (const file of ['package.json', 'package-lock.json', '.gitignore']) copyFileSync(file, join(folder, file));
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; scripts: { build: string } };
  manifest.version = '1.2.3';
  manifest.scripts.build = 'node --version';
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'CHANGELOG.md'), CHANGELOG);
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Somebody');
  git('config', 'user.email', 'somebody@example.com');
  git('add', '.');
  git('commit', '--quiet', '-m', 'feat: everything');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
}

function release(...args: string[]): { readonly status: number | null; readonly said: string } {
  const script = resolve('scripts/release.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe('a release', () => {
  it('has a version, a changelog, a tag, a package and a bill of materials', () => {
    const { status, said } = release('minor');
    expect([status, said]).toEqual([0, expect.stringContaining('npm publish release/spillway-1.3.0.tgz')]);
    expect(JSON.parse(read('package.json'))).toMatchObject({ version: '1.3.0' });
    expect(JSON.parse(read('package-lock.json'))).toMatchObject({ version: '1.3.0' });
    expect(read('CHANGELOG.md')).toContain(`## Unreleased\n\n## 1.3.0 – ${TODAY}\n\n- Claims are served.`);
    expect(git('log', '-1', '--format=%s')).toBe('release: 1.3.0');
    expect(git('tag', '--list', '--format=%(objecttype) %(contents)', 'v1.3.0')).toMatch(
      /^tag spillway 1\.3\.0\n[\s\S]*- Nobody is paid twice\./,
    );
    expect(existsSync(join(folder, 'release/spillway-1.3.0.tgz'))).toBe(true);
    const materials = JSON.parse(read('release/spillway-1.3.0.cdx.json'));
    const names = materials.components.map(({ name }: { name: string }) => name);
    expect(names).toContain('ioredis');
    expect(names).not.toContain('jest');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('is only told of with --dry-run', () => {
    const before = git('rev-parse', 'HEAD');
    const { status, said } = release('patch', '--dry-run');
    expect([status, said]).toEqual([0, expect.stringContaining('1.2.3 -> 1.2.4, tag v1.2.4, 2 lines for operators')]);
    expect([git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain')]).toEqual([before, '', '']);
  });

  it('is refused for what is not committed, another branch, a tag that is there, and nothing new', () => {
    const refused = (sentence: string, version = 'patch'): void => {
      expect(release(version)).toEqual({ status: 1, said: expect.stringContaining(sentence) });
    };
    refused('say major, minor', 'newer');
    git('tag', 'v1.2.4');
    refused('v1.2.4 is there already');
    git('switch', '--quiet', '--create', 'aside');
    refused('made from main');
    writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n\n## 0.0.9\n');
    refused('not committed');
    git('switch', '--quiet', '--force-create', 'main');
    git('commit', '--quiet', '-am', 'docs: nothing');
    refused('nothing stands under "Unreleased"', 'minor');
  });

  it('leaves everything as it was when a step fails', () => {
    writeFileSync(join(folder, 'package.json'), read('package.json').replace('node --version', 'exit 1'));
    git('commit', '--quiet', '-am', 'build: broken');
    const before = git('rev-parse', 'HEAD');
    expect(release('major')).toEqual({ status: 1, said: expect.stringContaining('everything is as it was') });
    expect([git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain')]).toEqual([before, '', '']);
  });
});
