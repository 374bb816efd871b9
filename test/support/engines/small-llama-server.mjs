// Owns: a llama-server for tests, made quickly. Only the server's own sources are compiled (1 to 1.5 CPU minutes);
// llama.cpp itself is in the libraries that the addon uses, from the same release. On Linux, where a program can be
// linked with them as they are. Needs no cmake and nothing from the network but the source of the release.
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { checkOutSource, llamaRelease, sourceBundle } from '../../../native/addon/llama-source.mjs';
import { toolchain } from '../../../native/addon/toolchain.mjs';
import { root } from '../prepare.mjs';

const target = `${process.platform}-${process.arch}`;
const cache = path.join(root, '.cache');
const folder = path.join(cache, `small-llama-server-${llamaRelease}-${target}`);
const program = path.join(folder, 'llama-server');

/** Folders of llama.cpp's source that are needed, headers and all. */
const sourceFolders = ['tools/server', 'tools/mtmd', 'tools/ui', 'common', 'src', 'include', 'ggml/include', 'vendor'];
/** Folders whose sources belong to the server. Those of `common` are in `libllama-common`. */
const compiledFolders = ['tools/server', 'tools/mtmd', 'vendor/hash', 'vendor/hash/sha256', 'vendor/hash/sha1'];
/** Many small sources that share their headers, which take longer than they do: compiled as one. */
const joinedFolder = 'tools/mtmd/models';
/** In C, while llama.cpp takes all others as C++. */
const inC = 'vendor/hash/sha256/sha256.c';
/** Programs of their own. */
const otherPrograms = new Set(['tools/mtmd/mtmd-cli.cpp', 'tools/mtmd/deprecation-warning.cpp']);
const includes = ['.', 'common', 'include', 'ggml/include', 'tools/mtmd', 'vendor', 'vendor/hash'];
const flags = ['-O1', '-DNDEBUG', '-DLLAMA_SUBPROCESS', '-w'];

/** Path of the small llama-server, built on first use. Throws an Error that says what is missing. */
export async function smallLlamaServer() {
  if (existsSync(program)) return program;
  const libraries = libraryFolder();
  const { command } = toolchain(target);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(path.join(cache, 'small-llama-server-'));
  try {
    const source = path.join(work, 'source');
    checkOutSource(sourceBundle(), sourceFolders, source);
    const objects = await compileAll(command, source, path.join(work, 'objects'));
    const ready = path.join(work, 'ready');
    linkWith(command, objects, libraries, ready);
    // Whole or not at all. Another build may have been first.
    if (!existsSync(program)) renameSync(ready, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}

/** Folder of the libraries that npm has installed for this machine. */
function libraryFolder() {
  const name = `@node-llama-cpp/${target}`;
  try {
    const main = createRequire(import.meta.url).resolve(name); // <package>/dist/index.js
    return path.join(path.dirname(main), '..', 'bins', target);
  } catch (error) {
    throw new Error(`${name} is not installed. Run npm ci.`, { cause: error });
  }
}

/** Compiles all sources, with a web page that is empty. Returns the objects. */
async function compileAll(command, source, out) {
  mkdirSync(out);
  const embed = path.join(out, 'embed');
  await run(command, ['-std=c++17', '-w', 'tools/ui/embed.cpp', '-o', embed], source);
  await run(embed, ['ui.cpp', 'ui.h'], out);
  const joined = sourcesIn(source, joinedFolder).map((name) => `#include "${path.join(source, name)}"\n`);
  writeFileSync(path.join(out, 'joined.cpp'), joined.join(''));
  const include = [...includes, out].flatMap((each) => ['-I', each]);
  const waiting = [
    ...compiledFolders.flatMap((each) => sourcesIn(source, each)),
    ...['ui.cpp', 'joined.cpp'].map((name) => path.join(out, name)),
  ].map((file, at) => ({ file, object: path.join(out, `${at}.o`) }));
  const objects = waiting.map(({ object }) => object);
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { file, object } = next;
      const language = file === inC ? ['-x', 'c'] : ['-x', 'c++', '-std=c++17'];
      await run(command, [...language, ...flags, ...include, '-c', file, '-o', object], source);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return objects;
}

function sourcesIn(source, folder) {
  const names = readdirSync(path.join(source, folder)).map((name) => `${folder}/${name}`);
  return names.filter((name) => /\.c(pp)?$/.test(name) && !otherPrograms.has(name));
}

/** Links the program into `ready`, beside links to the libraries: it looks for those of this processor there. */
function linkWith(command, objects, libraries, ready) {
  mkdirSync(ready);
  const names = readdirSync(libraries).filter((name) => name.endsWith('.so'));
  for (const name of names) symlinkSync(path.relative(folder, path.join(libraries, name)), path.join(ready, name));
  const linked = names.filter((name) => !name.startsWith('libggml-cpu')).map((name) => path.join(libraries, name));
  const output = path.join(ready, 'llama-server');
  execFileSync(command, ['-o', output, ...objects, ...linked, '-pthread', '-Wl,-rpath,$ORIGIN'], { stdio: 'inherit' });
}

function run(command, parameters, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${parameters.join(' ')} ended with status ${code}`)),
    );
  });
}
