/**
 * Makes a release of what is committed: `node scripts/release.mjs <major|minor|patch|x.y.z> [--dry-run]`. The version goes
 * into package.json, what stands under "Unreleased" in the changelog gets its name and date, and a commit and a tag hold
 * both. `release/` then has the package and its bill of materials. Nothing leaves this machine: the last lines say what to
 * send where. With --dry-run it says what it would do, and does nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const UNRELEASED = '## Unreleased\n';
const FOLDER = 'release';

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const git = (...args) => run('git', ...args).trim();

function refuse(sentence) {
  console.error(`release: ${sentence}`);
  process.exit(1);
}

function nextVersion(current, wanted) {
  const [major, minor, patch] = current.split('.').map(Number);
  const steps = {
    major: [major + 1, 0, 0],
    minor: [major, minor + 1, 0],
    patch: [major, minor, patch + 1],
  };
  const next = steps[wanted]?.join('.') ?? wanted;
  if (!/^\d+\.\d+\.\d+$/.test(next ?? '')) refuse('say major, minor, patch, or a version such as 1.4.0.');
  return next;
}

/** @returns {{ notes: string, text: string }} what is new, and the changelog with a name for it */
function changelogWith(version, today) {
  const text = readFileSync('CHANGELOG.md', 'utf8');
  const from = text.indexOf(UNRELEASED) + UNRELEASED.length;
  if (from < UNRELEASED.length) refuse('CHANGELOG.md has no "## Unreleased".');
  const end = text.indexOf('\n## ', from);
  const notes = text.slice(from, end === -1 ? undefined : end).trim();
  if (notes === '') refuse('nothing stands under "Unreleased" in CHANGELOG.md: operators would not know what is new.');
  return { notes, text: `${text.slice(0, from)}\n## ${version} – ${today}\n${text.slice(from)}` };
}

const { values, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { name, version: current } = JSON.parse(readFileSync('package.json', 'utf8'));
const version = nextVersion(current, positionals[0]);
const tag = `v${version}`;
if (git('status', '--porcelain') !== '') refuse('something is not committed; a release is what is committed.');
if (git('branch', '--show-current') !== 'main') refuse('a release is made from main.');
if (git('tag', '--list', tag) !== '') refuse(`${tag} is there already.`);
const { notes, text } = changelogWith(version, new Date().toISOString().slice(0, 10));
const [packed, materials] = [`${name}-${version}.tgz`, `${name}-${version}.cdx.json`].map((file) => join(FOLDER, file));

console.log(`${current} -> ${version}, tag ${tag}, ${notes.split('\n- ').length} lines for operators`);
console.log(`${packed}, ${materials}`);
if (values['dry-run']) process.exit(0);

const before = git('rev-parse', 'HEAD');
try {
  run('npm', 'version', version, '--no-git-tag-version');
  writeFileSync('CHANGELOG.md', text);
  run('npm', 'run', '--silent', 'build');
  mkdirSync(FOLDER, { recursive: true });
  run('npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', FOLDER);
  writeFileSync(
    materials,
    run(
      'npm',
      'sbom',
      '--package-lock-only',
      '--sbom-format',
      'cyclonedx',
      '--sbom-type',
      'application',
      '--omit',
      'dev',
    ),
  );
  git('commit', '--quiet', '-m', `release: ${version}`, 'package.json', 'package-lock.json', 'CHANGELOG.md');
  git('tag', '--annotate', tag, '-m', `${name} ${version}\n\n${notes}`);
} catch (err) {
  git('reset', '--quiet', '--hard', before);
  refuse(`${err.message}\nNothing was released; everything is as it was.`);
}
console.log(`
Made. To send it out:
  git push --follow-tags
  npm publish ${packed} --provenance
and attach ${materials} to the release of ${tag}.`);
