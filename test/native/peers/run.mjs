// `npm run test:peers`: reads the replies of llama.cpp's tests (release of the engine) with the formats here and prints
// how many come out equal, and the differences. `npm run test:peers -- NAME`: only templates with NAME in their name.
// MOONWRIGHT_LLAMA_SOURCE is a folder with another source of llama.cpp.
// `npm run test:peers -- --vllm DIR [NAME]`: vLLM's tests of its parsers judge the formats here. DIR is a checkout of
// vLLM, or its unpacked source package from PyPI. The tests are run: use one that you trust. Needs python3.
// `npm run test:peers -- --schemas DIR [--every N] [NAME]`: tests of schemas judge the grammars here. DIR is `data` of
// MaskBench or a folder of the JSON Schema Test Suite. `--every` takes each N'th file.
// `npm run test:peers -- --ctags DIR [LANGUAGE]`: how much of what universal-ctags finds below DIR the index finds.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sourceBundle } from '../../../native/addon/llama-source.mjs';
import { importBundled } from '../../support/bundled-program.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  options: {
    vllm: { type: 'string' },
    schemas: { type: 'string' },
    every: { type: 'string', default: '1' },
    ctags: { type: 'string' },
  },
  allowPositionals: true,
});
const [only = ''] = positionals;
const work = mkdtempSync(path.join(root, '.cache', 'peers-'));
try {
  if (values.ctags === undefined) await compareReplies();
  else await compareDefinitions(values.ctags);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function compareReplies() {
  const peers = await importBundled(path.join(import.meta.dirname, 'peers.ts'), path.join(work, 'bundle/peers.mjs'));
  if (values.schemas !== undefined)
    await peers.compareSchemas(values.schemas, root, only, Math.max(1, Number(values.every) || 1));
  else if (values.vllm === undefined) peers.comparePeers(llamaSource(), only);
  else await peers.compareVllm(values.vllm, path.join(import.meta.dirname, 'vllm'), only);
}

async function compareDefinitions(folder) {
  const entry = path.join(root, 'test/extension/context/recall/ctags-recall.ts');
  const { compareCtags } = await importBundled(entry, path.join(work, 'bundle/ctags-recall.mjs'));
  await compareCtags(root, folder, only);
}

function llamaSource() {
  const own = process.env.MOONWRIGHT_LLAMA_SOURCE;
  return own ?? checkOut(path.join(work, 'llama'));
}

function checkOut(target) {
  const git = (parameters) => execFileSync('git', parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
  git(['clone', '--quiet', '--no-checkout', sourceBundle(), target]);
  git(['-C', target, 'checkout', '--quiet', 'HEAD', '--', 'tests/test-chat.cpp', 'models/templates']);
  return target;
}
