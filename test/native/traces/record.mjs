/**
 * Records greedy replies of llama-server as golden traces for test/native/addon/engine-traces.test.ts.
 *
 *   node test/native/traces/record.mjs PATH/TO/llama-server
 *
 * One thread and the engine's own micro-batch, so that sums run in the same order where the kernels are the same. Each
 * trace holds the prompt as token ids, the reply's ids and, for every step, how far the best token was ahead of the
 * second (difference of their log probabilities).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const server = process.argv[2];
if (server === undefined) {
  console.error('usage: node test/native/traces/record.mjs PATH/TO/llama-server');
  process.exit(2);
}

const root = path.resolve(import.meta.dirname, '../../..');
const model = 'native/models/nano.gguf';
const folder = path.join(root, 'test/fixtures/traces');
const microBatch = 128;
const predict = 96;
const flags = [
  '-m',
  model,
  '-c',
  '8192',
  '-np',
  '1',
  '-t',
  '1',
  '-tb',
  '1',
  '-b',
  String(microBatch),
  '-ub',
  String(microBatch),
  '--cache-ram',
  '0',
  '--no-warmup',
];

const tool = (name, ...parameters) => ({
  type: 'function',
  function: {
    name,
    description: name,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(parameters.map((parameter) => [parameter, { type: 'string' }])),
    },
  },
});
const tools = [
  tool('run_tests'),
  tool('read_file', 'path'),
  tool('search_text', 'query'),
  tool('edit_file', 'path', 'old_string', 'new_string', 'replace_all'),
  tool('write_file', 'path', 'content'),
];

/**
 * The conversations, and before which of their replies each ends; or a prompt as it is. Unfamiliar code makes the model
 * unsure.
 */
const picks = [
  { kind: 'rename', reply: 0 },
  { kind: 'rename', reply: 3 },
  { kind: 'fix', reply: 1 },
  { kind: 'fix', reply: 4 },
  { kind: 'create', reply: 0 },
  { kind: 'implement', reply: 3 },
  { kind: 'explain', reply: 0 },
  { kind: 'inline-doc', reply: 0 },
  {
    kind: 'question',
    messages: [{ role: 'user', content: 'Tell me about the sea, the moon and why the tides come twice a day.' }],
  },
  {
    kind: 'code',
    messages: [
      {
        role: 'user',
        content:
          'function sum(list) {\n  let total = 1;\n  for (const item of list) total += item;\n  return total;\n}\n\n' +
          'What is wrong here? Explain it in detail and show the right code.',
      },
    ],
  },
  {
    kind: 'fill',
    prompt:
      '<|fim_prefix|>export function swapKeys(config) {\n  const answer = {};\n  <|fim_suffix|>\n  return answer;\n}\n<|fim_middle|>',
  },
];

const transcripts = JSON.parse(readFileSync(path.join(root, 'test/fixtures/nano-transcripts.json'), 'utf8'));
const port = await freePort();
const child = spawn(server, [...flags, '--host', '127.0.0.1', '--port', String(port)], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'ignore'],
});
child.on('exit', (code) => {
  if (code !== null && code !== 0) console.error(`llama-server ended with status ${code}`);
});
try {
  await ready();
  const { build_info: release } = await post('GET', '/props');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, pick] of picks.entries()) await record(index, pick, release);
} finally {
  child.kill();
}

async function record(index, pick, release) {
  const { kind } = pick;
  const text = pick.prompt ?? (await rendered(pick));
  const { tokens: prompt } = await post('POST', '/tokenize', {
    content: text,
    add_special: false,
    parse_special: true,
  });
  const answer = await post('POST', '/completion', {
    prompt,
    n_predict: predict,
    temperature: 0,
    n_probs: 2,
    seed: 1,
    cache_prompt: false,
    return_tokens: true,
    repeat_penalty: 1,
    top_k: 0,
    top_p: 1,
    min_p: 0,
  });
  const steps = answer.completion_probabilities;
  const trace = {
    recordedFrom: `llama-server ${release}: ${flags.join(' ')}`,
    microBatch,
    stopped: answer.stop_type,
    prompt,
    tokens: steps.map((step) => step.id),
    margins: steps.map((step) => Number((step.top_logprobs[0].logprob - step.top_logprobs[1].logprob).toFixed(4))),
  };
  const lines = Object.entries(trace).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const name = `${index + 1}-${kind}.json`;
  writeFileSync(path.join(folder, name), `{\n${lines.join(',\n')}\n}\n`);
  const sizes = `${prompt.length} tokens of prompt, ${trace.tokens.length} of reply (${answer.stop_type})`;
  console.log(`${name}: ${sizes}, least margin ${Math.min(...trace.margins)}`);
}

async function rendered(pick) {
  const messages = pick.messages ?? messagesBefore(pick);
  const agent = pick.messages === undefined && !pick.kind.startsWith('inline');
  return (await post('POST', '/apply-template', { messages, ...(agent && { tools }), add_generation_prompt: true }))
    .prompt;
}

function messagesBefore({ kind, reply }) {
  const { messages } = transcripts.find((transcript) => transcript.kind === kind);
  const replies = messages.flatMap((message, at) => (message.role === 'assistant' ? [at] : []));
  return messages
    .slice(0, replies[reply])
    .map((message) =>
      message.tool_calls
        ? { ...message, tool_calls: message.tool_calls.map((call) => ({ type: 'function', ...call })) }
        : message,
    );
}

async function post(method, route, body) {
  const response = await fetch(`http://127.0.0.1:${port}${route}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function ready() {
  for (let attempt = 0; attempt < 300; attempt++) {
    const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (health?.ok) return;
    if (child.exitCode !== null) throw new Error('llama-server did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('llama-server did not become ready');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });
}
