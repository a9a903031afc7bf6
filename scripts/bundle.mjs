/**
 * The program as few files: `dist/program/`, bundled from the modules in `dist/` with the parts of packages that they
 * use, and `dist/main.js`, which runs it. Nine hundred small files take longer to find and read than to run (decision 15).
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const PROGRAM = 'dist/program';
/** What the program uses of packages whose index loads all that they have. A name that is missing here ends the build. */
const PARTS = {
  undici: { Client: 'lib/dispatcher/client.js' },
  'rate-limiter-flexible': { RateLimiterMemory: 'lib/RateLimiterMemory.js', RateLimiterRes: 'lib/RateLimiterRes.js' },
};

const onlyParts = {
  name: 'only-parts',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${Object.keys(PARTS).join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'parts' }));
    onLoad({ filter: /./, namespace: 'parts' }, ({ path }) => {
      const lines = Object.entries(PARTS[path]).map(
        ([name, file]) => `export { default as ${name} } from '${path}/${file}';`,
      );
      return { contents: lines.join('\n'), resolveDir: process.cwd() };
    });
  },
};

/** JSON is UTF-8 (RFC 8259, 8.1), and whatever is not is refused before it is decoded: half a megabyte of tables is never used. */
const noLegacyCharsets = {
  name: 'no-legacy-charsets',
  setup({ onLoad }) {
    onLoad({ filter: /iconv-lite\/encodings\/[sd]bcs-data(-generated)?\.js$/ }, () => ({ contents: '' }));
  },
};

/** A module that reads files beside itself, or starts one, finds them where it lies when it is not bundled. */
const ownPlace = {
  name: 'own-place',
  setup({ onLoad }) {
    onLoad({ filter: /\bdist\b.*\.js$/ }, ({ path }) => {
      if (relative(resolve('dist'), path).startsWith('..')) return;
      const place = JSON.stringify(relative(PROGRAM, path));
      const text = readFileSync(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
    });
  },
};

/** Needs the modules in `dist/`. */
export async function bundleProgram() {
  rmSync(PROGRAM, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ['dist/cli/program.js'],
    outdir: PROGRAM,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // It finds its binary beside itself.
    external: ['classic-level'],
    plugins: [onlyParts, noLegacyCharsets, ownPlace],
    // Packages in CommonJS ask for modules of Node.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(join(PROGRAM, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));
  writeFileSync('dist/main.js', "#!/usr/bin/env node\nimport './program/program.js';\n");
}

/** The licences of the packages that files are from, which have to go where these files go. */
function licencesOf(files) {
  const packages = new Set(files.map((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
  return [...packages].sort().map(licenceOf).join('\n');
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const title = `${name} ${version} (${license})`;
  const text =
    file === undefined ? `https://spdx.org/licenses/${license}.html` : readFileSync(join(folder, file), 'utf8');
  return `${title}\n${'-'.repeat(title.length)}\n\n${text.trim()}\n`;
}
