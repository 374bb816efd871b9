/**
 * Builds the addon with nothing but a C++17 compiler: every .cpp file below this folder that changed, in parallel.
 *
 *   node native/addon/build.mjs [--target win32-x64]
 *
 * Takes a prebuilt addon from dist/addon/<platform>-<arch>/ instead when it was built from these sources and loads
 * here, unless MOONWRIGHT_BUILD=1. CXX names another compiler. --target win32-x64 compiles for Windows with mingw-w64.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { headerFolders, llamaRelease } from './llama-source.mjs';
import { importLibrary, toolchain } from './toolchain.mjs';

const folder = import.meta.dirname;
const root = path.resolve(folder, '../..');
const require = createRequire(import.meta.url);
const targetAt = process.argv.indexOf('--target');
const target = targetAt < 0 ? `${process.platform}-${process.arch}` : process.argv[targetAt + 1];
const outFolder = path.join(folder, 'build', target);
const output = path.join(outFolder, 'moonwright.node');

const defines = [
  'NAPI_VERSION=8',
  'NAPI_CPP_EXCEPTIONS',
  'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', // a worker that is being terminated refuses all exceptions
  'BUILDING_NODE_EXTENSION',
  'NODE_GYP_MODULE_NAME=moonwright',
  `MOONWRIGHT_LLAMA_RELEASE="${llamaRelease}"`,
];

try {
  if (process.env.MOONWRIGHT_BUILD === '1' || !takePrebuilt()) await build();
} catch (error) {
  process.stderr.write(`the addon was not built: ${error.message}\n`);
  process.exitCode = 1;
}

async function build() {
  const started = Date.now();
  const tools = toolchain(target);
  const includes = [
    ...headerFolders(),
    path.dirname(require.resolve('node-addon-api/napi.h')),
    path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'include'),
  ];
  mkdirSync(outFolder, { recursive: true });
  dropForeignObjects(tools, includes);
  const sources = filesEndingIn(['.cpp']);
  dropStaleObjects(sources);
  const stale = sources.filter((source) => isStale(source, tools));
  if (
    stale.length === 0 &&
    existsSync(output) &&
    sources.every((source) => changed(objectOf(source)) <= changed(output))
  ) {
    process.stdout.write(`up to date: ${path.relative(root, output)}\n`);
    return;
  }
  await inParallel(stale, (source) => compile(source, tools, includes));
  link(sources, tools);
  writeFileSync(path.join(outFolder, 'made-from.json'), JSON.stringify(origin()));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const compiled = `${stale.length} of ${sources.length} sources`;
  process.stdout.write(`built ${path.relative(root, output)} in ${seconds} s (${compiled})\n`);
}

/** Identifies the release and the sources of a built addon. Packaging puts it beside a prebuilt one. */
function origin() {
  const sources = filesEndingIn(['.cpp', '.h']);
  const hash = createHash('sha256');
  for (const name of sources) hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  return { release: llamaRelease, sources: hash.digest('hex') };
}

/** Copies a prebuilt addon to where a built one would be; false when there is none that fits. */
function takePrebuilt() {
  const prebuilt = path.join(root, 'dist/addon', target, 'moonwright.node');
  const madeFrom = path.join(path.dirname(prebuilt), 'made-from.json');
  if (!existsSync(prebuilt) || !existsSync(madeFrom) || readFileSync(madeFrom, 'utf8') !== JSON.stringify(origin()))
    return false;
  // Tried in another process: an addon that was built for a newer system may crash it.
  const trial = spawnSync(process.execPath, ['-e', 'require(process.argv[1])', prebuilt], { stdio: 'ignore' });
  if (trial.status !== 0) return false;
  mkdirSync(outFolder, { recursive: true });
  copyFileSync(prebuilt, `${output}.tmp`);
  renameSync(`${output}.tmp`, output);
  process.stdout.write(`took the prebuilt ${path.relative(root, prebuilt)}\n`);
  return true;
}

/** Paths of files below this folder, with forward slashes on every system, sorted. */
function filesEndingIn(endings) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.startsWith('build/'))
    .sort();
}

/** All objects are in one folder: `kv/kv-shelf.cpp` becomes `kv.kv-shelf.cpp.o`. */
function objectOf(source) {
  return path.join(outFolder, `${source.replaceAll('/', '.')}.o`);
}

function changed(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/** Removes objects that were made by another compiler, with another command line or in another source tree. */
function dropForeignObjects(tools, includes) {
  const stampFile = path.join(outFolder, 'stamp');
  const command = tools.compile({
    source: '',
    object: '',
    dependencies: '',
    target: '',
    ownHeaders: folder,
    includes,
    defines,
  });
  const stamp = createHash('sha256')
    .update(JSON.stringify([tools.command, tools.version, command, tools.linkFlags]))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  for (const name of readdirSync(outFolder)) if (name.endsWith('.o')) rmSync(path.join(outFolder, name));
  writeFileSync(stampFile, stamp);
}

/** Removes objects without a source, and the lists of their dependencies. */
function dropStaleObjects(sources) {
  const wanted = new Set(sources.map((source) => path.basename(objectOf(source))));
  for (const name of readdirSync(outFolder)) {
    const object = name.replace(/\.d$/, '');
    if (object.endsWith('.cpp.o') && !wanted.has(object)) rmSync(path.join(outFolder, name));
  }
}

function isStale(source, tools) {
  const object = objectOf(source);
  const age = changed(object);
  if (age === 0) return true;
  const needs = tools.dependencyFiles ? readDependencies(`${object}.d`) : undefined;
  const files = needs ?? [source, ...filesEndingIn(['.h'])].map((name) => path.join(folder, name));
  return files.some((file) => !existsSync(file) || changed(file) > age);
}

/** The files in the make rule that the compiler wrote; undefined when it wrote none. */
function readDependencies(file) {
  if (!existsSync(file)) return undefined;
  const rule = readFileSync(file, 'utf8').replaceAll('\\\n', ' ');
  return rule
    .slice(rule.indexOf('.o:') + 3)
    .split(/(?<!\\)\s+/)
    .filter((name) => name !== '')
    .map((name) => name.replaceAll('\\ ', ' '));
}

async function inParallel(items, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, os.availableParallelism()) }, worker));
}

async function compile(source, tools, includes) {
  const object = objectOf(source);
  // Renamed when it is whole: an interrupted compiler leaves half an object, and another build may be linking.
  const unfinished = `${object}.${process.pid}.tmp`;
  await run(
    tools.command,
    tools.compile({
      source: path.join(folder, source),
      object: unfinished,
      dependencies: `${object}.d`,
      target: object,
      ownHeaders: folder,
      includes,
      defines,
    }),
  );
  renameSync(unfinished, object);
}

function link(sources, tools) {
  // A running process may have the old file mapped: a rename leaves that file alone, writing would not.
  const unfinished = `${output}.${process.pid}.tmp`;
  execFileSync(
    tools.command,
    tools.link({
      objects: sources.map(objectOf),
      output: unfinished,
      library: importLibrary(target, tools, outFolder),
    }),
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  renameSync(unfinished, output);
}

function run(command, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `${command} ended with status ${code} for ${parameters.find((name) => name.endsWith('.cpp')) ?? ''}`,
            ),
          ),
    );
  });
}
