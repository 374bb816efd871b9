// A real llama-server for the tests: `node test/support/engines/llama-server-program.mjs` prints its path, and builds
// one, at low priority, where there is none. In this order: `MOONWRIGHT_LLAMA_SERVER`, the PATH, the one that the
// benchmark has built, a small one of our own.
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildLlamaServer, llamaServerPath } from '../../bench/llama-server-build.mjs';
import { smallLlamaServer } from './small-llama-server.mjs';

const programName = path.basename(llamaServerPath);

/** Path of llama-server. Rejects with an Error that says what is missing. */
export async function llamaServer() {
  const named = process.env.MOONWRIGHT_LLAMA_SERVER;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`MOONWRIGHT_LLAMA_SERVER names ${named}, which is not there.`);
    return path.resolve(named);
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const found = [...folders.map((folder) => path.join(folder, programName)), llamaServerPath].find((file) =>
    existsSync(file),
  );
  if (found !== undefined) return path.resolve(found);
  // The small one is linked with the libraries of npm as they are, for which Windows and macOS need more.
  return process.platform === 'linux' ? smallLlamaServer() : buildLlamaServer();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  os.setPriority(10); // of the compilers, too
  try {
    process.stdout.write(`${await llamaServer()}\n`);
  } catch (error) {
    const advice = 'Install llama-server, or name one in MOONWRIGHT_LLAMA_SERVER.';
    process.stderr.write(`There is no llama-server to test with: ${error.message}\n${advice}\n`);
    process.exitCode = 1;
  }
}
