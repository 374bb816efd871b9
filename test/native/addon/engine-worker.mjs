/** A worker thread that starts an endless reply, reports it, and then exits without closing anything, or waits. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const root = path.resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const target = `${process.platform}-${process.arch}`;
const systems = { linux: 'linux', darwin: 'mac', win32: 'win' };
const name = `${systems[process.platform]}-${process.arch}`;
const addon = require(process.env.MOONWRIGHT_ADDON ?? path.join(root, 'native/addon/build', target, 'moonwright.node'));
addon.openLibraries(path.join(path.dirname(require.resolve(`@node-llama-cpp/${name}`)), '..', 'bins', name), 'cpu');

const model = await addon.loadModel({ path: path.join(root, 'native/models/nano.gguf'), gpuLayers: 0 }, () => {}).model;
const engine = await model.createEngine({
  cells: 4096,
  sequencesMax: 2,
  batchTokens: 128,
  threads: 1,
  threadsBatch: 1,
  kvType: 'f16',
  flashAttention: 'auto',
  fingerprint: new Uint8Array(32),
});
const sampling = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  repeatLastN: 0,
  frequencyPenalty: 0,
  presencePenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  dryLastN: 0,
  drySequenceBreakers: [],
  seed: 1,
  logitBias: [],
};
engine.start(
  {
    sequence: 0,
    position: 0,
    tokens: Int32Array.of(300, 301),
    priority: 0,
    generateMax: 4000,
    granted: 4000,
    sampling,
    stopStrings: [],
    stopTokens: new Int32Array(0),
    ignoreEndOfGeneration: true,
    logprobs: -1,
  },
  () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a worker thread, not a window
    parentPort.postMessage('tokens');
    if (workerData.how === 'ends by itself') process.exit(0);
  },
);
