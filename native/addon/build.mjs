/**
 * Builds the addon with nothing but a C++17 compiler: every .cpp in this folder, only what changed, in parallel.
 *
 *   node native/addon/build.mjs [--target win32-x64]
 *
 * Skipped when a prebuilt addon fits (prebuilds/<platform>-<arch>/), unless MOONWRIGHT_BUILD=1. CXX names another
 * compiler. --target win32-x64 compiles for Windows with mingw-w64 as a check.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  'BUILDING_NODE_EXTENSION',
  'NODE_GYP_MODULE_NAME=moonwright',
  `MOONWRIGHT_LLAMA_RELEASE="${llamaRelease}"`,
];

await main();

async function main() {
  const prebuilt = path.join(root, 'prebuilds', target, 'moonwright.node');
  if (existsSync(prebuilt) && process.env.MOONWRIGHT_BUILD !== '1') {
    process.stdout.write(`a prebuilt addon fits: ${path.relative(root, prebuilt)}\n`);
    return;
  }
  const started = Date.now();
  const tools = toolchain(target);
  const includes = [...headerFolders(), path.dirname(require.resolve('node-addon-api/napi.h')), path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'include')];
  mkdirSync(outFolder, { recursive: true });
  dropForeignObjects(tools);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.cpp')).sort();
  dropStaleObjects(sources);
  const stale = sources.filter((source) => isStale(source, tools));
  if (stale.length === 0 && existsSync(output) && sources.every((source) => changed(objectOf(source)) <= changed(output))) {
    process.stdout.write(`up to date: ${path.relative(root, output)}\n`);
    return;
  }
  await inParallel(stale, (source) => compile(source, tools, includes));
  link(sources, tools);
  process.stdout.write(`built ${path.relative(root, output)} in ${((Date.now() - started) / 1000).toFixed(1)} s (${stale.length} of ${sources.length} sources)\n`);
}

function objectOf(source) {
  return path.join(outFolder, `${source}.o`);
}

function changed(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/** Objects made by another compiler, with other flags or other headers are of no use. */
function dropForeignObjects(tools) {
  const stampFile = path.join(outFolder, 'stamp');
  const stamp = createHash('sha256').update(JSON.stringify([tools.command, tools.version, tools.compileFlags, tools.linkFlags, defines])).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  for (const name of readdirSync(outFolder)) if (name.endsWith('.o')) rmSync(path.join(outFolder, name));
  writeFileSync(stampFile, stamp);
}

/** Objects of sources that are gone. */
function dropStaleObjects(sources) {
  for (const name of readdirSync(outFolder)) {
    if (name.endsWith('.cpp.o') && !sources.includes(name.slice(0, -2))) rmSync(path.join(outFolder, name));
  }
}

function isStale(source, tools) {
  const object = objectOf(source);
  const age = changed(object);
  if (age === 0) return true;
  const needs = tools.dependencyFiles ? readDependencies(`${object}.d`) : undefined;
  const files = needs ?? [source, ...readdirSync(folder).filter((name) => name.endsWith('.h'))].map((name) => path.join(folder, name));
  return files.some((file) => !existsSync(file) || changed(file) > age);
}

/** The files in a make rule that the compiler wrote; undefined when there is none. */
function readDependencies(file) {
  if (!existsSync(file)) return undefined;
  const rule = readFileSync(file, 'utf8').replaceAll('\\\n', ' ');
  return rule.slice(rule.indexOf('.o:') + 3).split(/(?<!\\)\s+/).filter((name) => name !== '').map((name) => name.replaceAll('\\ ', ' '));
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
  rmSync(object, { force: true });
  // Under another name until it is whole: an interrupted compiler leaves half an object.
  const unfinished = `${object}.tmp`;
  await run(tools.command, tools.compile({ source: path.join(folder, source), object: unfinished, dependencies: `${object}.d`, target: object, includes, defines }));
  renameSync(unfinished, object);
}

function link(sources, tools) {
  // A running process may have the old file mapped: a rename leaves it alone, writing into it would not.
  const unfinished = `${output}.tmp`;
  execFileSync(tools.command, tools.link({ objects: sources.map(objectOf), output: unfinished, library: importLibrary(target, tools, outFolder) }), { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(unfinished, output);
}

function run(command, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with status ${code}: ${parameters.join(' ')}`))));
  });
}
