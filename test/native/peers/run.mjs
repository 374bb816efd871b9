// `npm run test:peers`: reads the replies of llama.cpp's tests (release of the engine) with the formats here and prints
// how many come out equal, and the differences. `npm run test:peers -- NAME`: only templates with NAME in their name.
// MOONWRIGHT_LLAMA_SOURCE is a folder with another source of llama.cpp.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sourceBundle } from '../../../native/addon/llama-source.mjs';
import { importBundled } from '../../support/bundled-program.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = process.env.MOONWRIGHT_LLAMA_SOURCE;
const only = process.argv[2] ?? '';
const work = mkdtempSync(path.join(root, '.cache', 'peers-'));
try {
  const outfile = path.join(work, 'peers.mjs');
  const { comparePeers } = await importBundled(path.join(import.meta.dirname, 'peers.ts'), outfile);
  comparePeers(folder ?? checkOut(path.join(work, 'llama')), only);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function checkOut(target) {
  const git = (parameters) => execFileSync('git', parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
  git(['clone', '--quiet', '--no-checkout', sourceBundle(), target]);
  git(['-C', target, 'checkout', '--quiet', 'HEAD', '--', 'tests/test-chat.cpp', 'models/templates']);
  return target;
}
