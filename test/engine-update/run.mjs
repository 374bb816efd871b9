/**
 * `npm run engine:update -- VERSION`: what another release of node-llama-cpp would change. Downloads it (35 MB, and the
 * libraries for this platform) into .cache, compares its llama.cpp with the pinned one, builds the addon with it in a
 * copy of the project and runs the native tests there. Without VERSION: the newest on npm.
 *
 * --compare  does not build or test
 * --record   writes which architectures the release knows, for the daemon's messages
 * --apply    moves the pin there if nothing failed; without it the project stays as it is
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as source from '../../native/addon/llama-source.mjs';
import { importBundled } from '../support/bundled-program.mjs';

const { values, positionals } = parseArgs({
  options: {
    compare: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    apply: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (values.apply && values.compare) throw new Error('--apply needs the tests: leave out --compare');
const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.cache', 'engine-update');
const { updateEngine, factPaths } = await importBundled(
  path.join(import.meta.dirname, 'engine-update.ts'),
  path.join(folder, 'engine-update.mjs'),
);

const version = positionals[0] ?? npm(['view', 'node-llama-cpp', 'version']);
const candidate = fetchCandidate(version);
const pinned = path.join(folder, 'pinned', source.llamaRelease);
if (!existsSync(pinned)) {
  const unfinished = `${pinned}.${process.pid}`;
  source.checkOutSource(source.sourceBundle(), factPaths, unfinished);
  renameSync(unfinished, pinned);
}
const ok = updateEngine({
  root,
  pinned: { release: source.llamaRelease, folder: pinned },
  candidate: { release: candidate.llamaRelease, folder: candidate.folder },
  pin: { packageVersion: version, integrity: candidate.integrity, llamaRelease: candidate.llamaRelease },
  missing: missingPackages(version),
  trial: values.compare ? undefined : { folder: path.join(folder, 'trial'), libraries: fetchLibraries(version) },
  record: values.record,
  apply: values.apply,
  print: (line) => console.log(line),
});
if (values.apply && ok) {
  npm(['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']);
  console.log(`The pin is node-llama-cpp ${version}. Next: npm ci, npm run verify.`);
}
process.exitCode = ok ? 0 : 1;

/** Folder of the candidate's bundle and sources, its integrity and llama.cpp's release. Downloaded once. */
function fetchCandidate(version) {
  const target = path.join(folder, version);
  const facts = path.join(target, 'release.json');
  if (!existsSync(facts)) {
    console.log(`fetching node-llama-cpp@${version}`);
    const work = emptyFolder(`${target}.fetch`);
    const { file, integrity } = source.packPackage(`node-llama-cpp@${version}`, work);
    const ready = path.join(work, 'ready');
    const release = source.unpackSource(file, [...factPaths, 'LICENSE'], ready);
    const llamaRelease = release.replace(/^v(?=\d)/, '');
    writeFileSync(path.join(ready, 'release.json'), JSON.stringify({ integrity, llamaRelease }));
    rmSync(target, { recursive: true, force: true });
    renameSync(ready, target);
    rmSync(work, { recursive: true, force: true });
  }
  return { folder: target, ...JSON.parse(readFileSync(facts, 'utf8')) };
}

/** Names of the project's packages of libraries that npm does not have in a release: some come days later. */
function missingPackages(version) {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const names = Object.keys(optionalDependencies).filter((name) => name.startsWith('@node-llama-cpp/'));
  return names.filter((name) => !JSON.parse(npm(['view', name, 'versions', '--json'])).includes(version));
}

/** The package with the candidate's libraries for this machine's processor, unpacked. */
function fetchLibraries(version) {
  const systems = { linux: 'linux', darwin: 'mac', win32: 'win' };
  const base = `${systems[process.platform]}-${process.arch}`;
  const name = base === 'mac-arm64' ? 'mac-arm64-metal' : base;
  const target = path.join(folder, `${version}-${name}`);
  if (!existsSync(target)) {
    console.log(`fetching @node-llama-cpp/${name}@${version}`);
    const work = emptyFolder(`${target}.fetch`);
    const { file } = source.packPackage(`@node-llama-cpp/${name}@${version}`, work);
    execFileSync('tar', ['-xzf', path.basename(file)], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(path.join(work, 'package'), target);
    rmSync(work, { recursive: true, force: true });
  }
  return { name, folder: target };
}

function emptyFolder(name) {
  rmSync(name, { recursive: true, force: true });
  mkdirSync(name, { recursive: true });
  return name;
}

function npm(args) {
  const windows = process.platform === 'win32';
  const options = { cwd: root, encoding: 'utf8', shell: windows, stdio: ['ignore', 'pipe', 'inherit'] };
  return execFileSync(windows ? 'npm.cmd' : 'npm', args, options).trim();
}
