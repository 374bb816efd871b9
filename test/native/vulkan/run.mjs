/**
 * `npm run test:vulkan`: the Vulkan variant on Mesa's software renderer. Loads nano with all layers "on the GPU",
 * generates a few tokens greedily with a tiny batch and compares them with the CPU's. Compiling the shaders takes
 * minutes, so `npm run verify` leaves this out. It starts itself twice, with `--child VARIANT`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const drivers = '/usr/share/vulkan/icd.d';
const prompt = 'function add(a, b) {\n  return';
const tokensMax = 6;

if (process.argv[2] === '--child') await runChild(process.argv[3]);
else compare();

function compare() {
  const environment = {
    VK_ICD_FILENAMES: softwareDriver(),
    VK_DRIVER_FILES: softwareDriver(),
    GGML_VK_VISIBLE_DEVICES: '0',
  };
  const expected = run('cpu', {});
  const actual = run('vulkan', environment);
  console.log(`CPU:    ${JSON.stringify(expected.text)} in ${expected.seconds} s on ${expected.devices}`);
  console.log(`Vulkan: ${JSON.stringify(actual.text)} in ${actual.seconds} s on ${actual.devices}`);
  const same = expected.tokens.findIndex((token, at) => token !== actual.tokens[at]);
  const ok = same < 0 && actual.onGpu;
  const tokens = same < 0 ? 'the same tokens' : `different from token ${same} on`;
  const place = actual.onGpu ? '' : ', but the layers were not on the device';
  console.log(`${ok ? 'ok' : 'not ok'} - ${tokens}${place}`);
  process.exitCode = ok ? 0 : 1;
}

function run(variant, environment) {
  const child = spawnSync(process.execPath, [import.meta.filename, '--child', variant], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`the ${variant} run ended with ${child.signal ?? child.status}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1));
}

/** Installs the software renderer where possible, and returns its driver file. */
function softwareDriver() {
  if (!existsSync(drivers) || !readdirSync(drivers).some((name) => name.startsWith('lvp_'))) {
    if (process.platform !== 'linux' || process.getuid() !== 0) throw new Error('install mesa-vulkan-drivers first');
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'mesa-vulkan-drivers', 'libvulkan1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return path.join(
    drivers,
    readdirSync(drivers).find((name) => name.startsWith('lvp_')),
  );
}

async function runChild(variant) {
  const require = createRequire(import.meta.url);
  const addon = require(
    path.join(root, 'native/addon/build', `${process.platform}-${process.arch}`, 'moonwright.node'),
  );
  const name = `linux-${process.arch}${variant === 'cpu' ? '' : `-${variant}`}`;
  const started = Date.now();
  let onGpu = false;
  addon.onLog((level, text) => {
    if (/offloaded (\d+)\/\1 layers/.test(text)) onGpu = true;
    if (level === 'error' || process.env.MOONWRIGHT_VERBOSE) process.stderr.write(`${level}: ${text}\n`);
  });
  const opened = addon.openLibraries(path.join(root, 'node_modules/@node-llama-cpp', name, 'bins', name), variant);
  const model = await addon.loadModel(
    { path: path.join(root, 'native/models/nano.gguf'), gpuLayers: variant === 'cpu' ? 0 : -1 },
    () => {},
  ).model;
  const engine = await model.createEngine({
    cells: 256,
    sequencesMax: 1,
    batchTokens: 8,
    threads: 1,
    threadsBatch: 1,
    kvType: 'f16',
    flashAttention: 'auto',
    fingerprint: new Uint8Array(32),
  });
  const tokens = await generate(engine, model.tokenize(prompt, false));
  const { pieces, offsets } = model.vocabulary();
  const text = Buffer.concat(tokens.map((id) => Buffer.from(pieces.subarray(offsets[id], offsets[id + 1])))).toString();
  await engine.close();
  await model.close();
  const devices = opened.devices.map((device) => device.description).join(', ');
  console.log(JSON.stringify({ tokens, text, onGpu, devices, seconds: Math.round((Date.now() - started) / 1000) }));
}

function generate(engine, ids) {
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
  const request = {
    sequence: 0,
    position: 0,
    tokens: ids,
    priority: 0,
    generateMax: tokensMax,
    granted: tokensMax,
    sampling,
    stopStrings: [],
    stopTokens: new Int32Array(),
    ignoreEndOfGeneration: true,
    logprobs: -1,
  };
  return new Promise((resolve, reject) => {
    const tokens = [];
    engine.start(request, (events) => {
      for (const event of events) {
        if (event.kind === 'tokens') tokens.push(...event.tokens);
        if (event.kind === 'done' && event.reason === 'failed') reject(new Error(event.message));
        if (event.kind === 'done') resolve(tokens);
      }
    });
  });
}
