// Owns the rival: llama-server built for this very processor, from the source of the release our libraries are of.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/prepare.mjs';
import { sourceBundle } from '../../native/addon/llama-source.mjs';

const folder = path.join(root, '.cache', 'llama-server');
export const llamaServerPath = path.join(
  folder,
  'build',
  'bin',
  process.platform === 'win32' ? 'llama-server.exe' : 'llama-server',
);

/** Path of llama-server, built on first use (about ten minutes on two cores). */
export function buildLlamaServer() {
  if (existsSync(llamaServerPath)) return llamaServerPath;
  const cmake = findCmake();
  const source = path.join(folder, 'source');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(source)) run('git', ['clone', '--quiet', sourceBundle(), source]);
  run(cmake, [
    '-S',
    source,
    '-B',
    path.join(folder, 'build'),
    '-DCMAKE_BUILD_TYPE=Release',
    '-DGGML_NATIVE=ON',
    '-DLLAMA_CURL=OFF',
    '-DLLAMA_OPENSSL=OFF',
    '-DLLAMA_BUILD_TESTS=OFF',
    '-DLLAMA_BUILD_EXAMPLES=OFF',
    '-DLLAMA_BUILD_UI=OFF',
  ]);
  run(cmake, ['--build', path.join(folder, 'build'), '--target', 'llama-server', '--config', 'Release', '-j', '2']);
  return llamaServerPath;
}

/** cmake from the PATH, else from apt (as root) or PyPI. */
function findCmake() {
  const found = () => spawnSync('cmake', ['--version']).status === 0;
  if (found()) return 'cmake';
  if (process.getuid?.() === 0) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', 'cmake', 'g++', 'make']);
  } else run('python3', ['-m', 'pip', 'install', '--user', 'cmake']);
  if (!found()) throw new Error('cmake is not on the PATH. Install it and run the benchmark again.');
  return 'cmake';
}

function run(command, args) {
  process.stderr.write(`${command} ${args.join(' ')}\n`);
  const child = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (child.status !== 0) throw new Error(`${command} failed (${child.signal ?? child.status})`);
}
