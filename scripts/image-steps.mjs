/**
 * Carries out the Dockerfile's steps without an engine, each stage in a folder of its own: what `.dockerignore` lets
 * through is copied, RUN lines run, and the last stage is started as its user would be: without rights, in files it
 * cannot write, as process 1 where this script may make namespaces. Then a claim is answered, the health check passes, and
 * SIGTERM ends it with status 0. What it cannot show is the base image: the Node of this machine stands in for it.
 *
 * Linux. As root it also proves user and process 1; without, it says what it left out.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import ignore from '@balena/dockerignore';
import { DockerfileParser } from 'dockerfile-ast';
import { expect, freePorts, untilReady } from './smoke-steps.mjs';

/** The user `node` of the official images. */
const NODE_USER = 1000;
/** What our layers may add to the base, in bytes. */
const MOST_ADDED = 100 * 1024 * 1024;

class Stage {
  constructor(name, root) {
    Object.assign(this, {
      name,
      root,
      workdir: '/',
      env: {},
      entrypoint: [],
      command: [],
      healthCheck: [],
      user: 'root',
    });
    mkdirSync(root, { recursive: true });
  }

  path(inside) {
    return join(this.root, inside.startsWith('/') ? inside : join(this.workdir, inside));
  }
}

/** @returns {Stage} the last one */
function build(context, scratch) {
  const stages = new Map();
  let stage;
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(context, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    const text = instruction.getRawArgumentsContent() ?? '';
    const args = instruction.getArguments().map((argument) => argument.getValue());
    switch (instruction.getKeyword()) {
      case 'FROM': {
        const name = instruction.getBuildStage() ?? 'final';
        stage = new Stage(name, join(scratch, name));
        stages.set(name, stage);
        break;
      }
      case 'WORKDIR':
        stage.workdir = args[0];
        mkdirSync(stage.path('.'), { recursive: true });
        break;
      case 'ENV':
        for (const property of instruction.getProperties()) stage.env[property.getName()] = property.getValue();
        break;
      case 'COPY':
        copy(instruction, args, stage, stages, context);
        break;
      case 'RUN':
        console.log(`image: ${stage.name}: ${text}`);
        execFileSync('sh', ['-c', text], { cwd: stage.path('.'), stdio: ['ignore', 'ignore', 'inherit'] });
        break;
      case 'USER':
        stage.user = args[0];
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = JSON.parse(text);
        break;
      case 'CMD':
        stage.command = JSON.parse(text);
        break;
      case 'HEALTHCHECK':
        stage.healthCheck = JSON.parse(text.slice(text.indexOf('[')));
        break;
      case 'ARG':
      case 'LABEL':
      case 'EXPOSE':
        break;
      default:
        throw new Error(`the Dockerfile has ${instruction.getKeyword()}, which this script does not know`);
    }
  }
  return stage;
}

/** As COPY does: of a folder its contents; a file by its own name where the target is a folder. */
function copy(instruction, args, stage, stages, context) {
  const from = instruction.getFlags().find((flag) => flag.getName() === 'from');
  const origin = from === undefined ? null : stages.get(from.getValue());
  const [to, sources] = [args.at(-1), args.slice(0, -1)];
  const kept = ignore({ ignorecase: false }).add(readFileSync(join(context, '.dockerignore'), 'utf8'));
  const intoFolder = to.endsWith('/') || sources.length > 1;
  for (const source of sources) {
    const path = origin === null ? join(context, source) : origin.path(source);
    const target = stage.path(!statSync(path).isDirectory() && intoFolder ? join(to, basename(source)) : to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target, {
      recursive: true,
      filter: (one) => origin !== null || !kept.ignores(relative(context, one)),
    });
    if (!existsSync(target)) throw new Error(`.dockerignore keeps ${source} out of the build`);
  }
}

function bytesOf(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path, { withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isSymbolicLink() ? 0 : bytesOf(join(path, entry.name))),
    0,
  );
}

/** Whatever the image's user could write, it must not need. */
function makeReadOnly(path) {
  const stat = statSync(path);
  if (stat.isDirectory())
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isSymbolicLink()) makeReadOnly(join(path, entry.name));
    }
  chmodSync(path, stat.isDirectory() ? 0o555 : (stat.mode & 0o111) === 0 ? 0o444 : 0o555);
}

async function run(stage) {
  const [port, adminPort, servicePort] = await freePorts(3);
  const cwd = stage.path('.');
  const env = {
    PATH: process.env.PATH,
    ...stage.env,
    HOME: '/nonexistent',
    SPILLWAY_SERVER_PORT: String(port),
    SPILLWAY_ADMIN_PORT: String(adminPort),
    SPILLWAY_UPSTREAMS_INCENTIVES_TARGETS: `http://127.0.0.1:${servicePort}`,
  };
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: NODE_USER, gid: NODE_USER } : {};
  const service = spawn('node', ['dist/sample/claim-service-process.js', '--port', String(servicePort)], {
    cwd,
    env,
    ...identity,
  });
  const whole = [...stage.entrypoint, ...stage.command];
  // The namespace gives it the number 1, for which signals without a handler are lost.
  const inside = [
    '--fork',
    '--pid',
    '--kill-child',
    'setpriv',
    `--reuid=${NODE_USER}`,
    `--regid=${NODE_USER}`,
    '--clear-groups',
    ...whole,
  ];
  const gateway = asRoot
    ? spawn('unshare', inside, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawn(whole[0], whole.slice(1), { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const exit = once(gateway, 'exit');
  const gone = exit.then(([code]) => {
    throw new Error(`the gateway ended by itself with exit status ${code}`);
  });
  gone.catch(() => {});
  try {
    await untilReady(`http://127.0.0.1:${adminPort}/readyz`, gone);
    const claims = `http://127.0.0.1:${port}/campaigns/lny-2026/claims`;
    const claim = await fetch(claims, { method: 'POST', headers: { 'x-user-id': 'image' }, body: '{}' });
    expect(claim.ok, `a claim is answered (${claim.status})`);
    execFileSync(stage.healthCheck[0], stage.healthCheck.slice(1), { cwd, env, ...identity });
    expect(true, 'the health check passes');
    const pid = asRoot ? Number(execFileSync('pgrep', ['-P', String(gateway.pid)], { encoding: 'utf8' })) : gateway.pid;
    process.kill(pid, 'SIGTERM');
    const [code] = await exit;
    expect(
      code === 0,
      `SIGTERM ends it with status 0${asRoot ? ', also as process 1' : ' (process 1 and user: only as root)'}`,
    );
  } finally {
    service.kill('SIGTERM');
    if (gateway.exitCode === null && gateway.signalCode === null) gateway.kill('SIGKILL');
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'spillway-image-'));
chmodSync(scratch, 0o755);
try {
  const final = build(process.cwd(), scratch);
  const added = bytesOf(final.root);
  expect(final.user === 'node', `the image runs as ${final.user}`);
  expect(added <= MOST_ADDED, `the layers on top of the base hold ${(added / 2 ** 20).toFixed(1)} MiB`);
  makeReadOnly(final.root);
  await run(final);
} finally {
  execFileSync('chmod', ['-R', 'u+w', scratch]);
  rmSync(scratch, { recursive: true, force: true });
}
