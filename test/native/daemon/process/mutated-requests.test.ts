// Real: the daemon with the embedded model. Its clients send requests with faults in them.
import { request as httpRequest } from 'node:http';
import { expect, it } from 'vitest';
import { openSocket, type RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { isErrorCode } from '../../../../native/protocol/coded-error.ts';
import { casesOf, firstSeed, limitOfCases } from '../../../support/case-counts.ts';
import { DaemonProcess, type ReadyLine } from '../../../support/daemon/daemon-process.ts';
import { mutatedJson } from '../../../support/daemon/mutated-json.ts';
import { seeded, type Random } from '../../../support/extension/seeded-edits.ts';

/** After so many cases the daemon must answer a sound request. */
const batch = 50;
const messages = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: '', toolCalls: [{ id: 'functions.f:0', name: 'f', arguments: '{"a":1}' }] },
  { role: 'tool', content: 'two', toolCallId: 'functions.f:0', name: 'f' },
];
const tools = [
  { name: 'f', description: 'Does it.', parameters: { type: 'object', properties: { a: { type: 'number' } } } },
];
const options = {
  maxTokens: 2,
  stop: ['x'],
  sampling: { temperature: 0.5, topK: 3, logitBias: { 5: 1 } },
  logprobs: 1,
};

/** Sound requests but for what would end the daemon, change its model or open a port. */
function rpcRequests(session: string): { method: string; params: object }[] {
  const schema = { type: 'object', properties: { a: { enum: ['x'] } }, required: ['a'] };
  return [
    { method: 'hello', params: { protocol: 1, client: 'again' } },
    { method: 'session.create', params: { tools, messages, label: 'x', templateOptions: { note: 'y' } } },
    { method: 'session.create', params: { entries: [{ message: messages[1], ids: [5, 6, 7] }] } },
    { method: 'session.attach', params: { session } },
    { method: 'session.append', params: { session, messages: [{ role: 'user', content: 'more' }] } },
    { method: 'session.generate', params: { session, options, partialResultToken: 'p' } },
    {
      method: 'session.generate',
      params: { session, options: { ...options, responseFormat: { type: 'schema', schema } } },
    },
    {
      method: 'session.generate',
      params: { session, options: { responseFormat: { type: 'grammar', gbnf: 'root ::= "a"+' } } },
    },
    { method: 'session.fork', params: { session, messages: 1 } },
    { method: 'session.rewind', params: { session, messages: 1 } },
    { method: 'tokens.count', params: { texts: ['one', 'two'] } },
    { method: 'model.list', params: {} },
    { method: 'model.plan', params: { model: 'nano', contextTokens: 2048, kvType: 'f16', parallel: 2, threads: 1 } },
    { method: 'model.load', params: { model: 'no such model', running: 'refuse', contextTokens: 512 } },
    { method: 'endpoint.state', params: {} },
    { method: 'status', params: {} },
    { method: '$/cancelRequest', params: { id: 7 } },
    { method: '$/progress', params: { token: 1, value: {} } },
  ];
}

/** Sends them over a connection of their own; what came back that is neither a result nor a coded error. */
async function sendFrames(line: ReadyLine, frames: readonly (string | Buffer)[]): Promise<string[]> {
  const socket = await openSocket(line);
  const wrong: string[] = [];
  const end = JSON.stringify({ jsonrpc: '2.0', id: 'the end', method: 'status' });
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as {
        id?: unknown;
        method?: string;
        error?: { data?: { code?: unknown } };
      };
      if (answer.id === 'the end') socket.terminate();
      const code = answer.error?.data?.code;
      if (answer.error !== undefined && (!isErrorCode(code) || code === 'internal.failed')) wrong.push(String(data));
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      if (code !== 1006 && !/^protocol\.|^$/.test(String(reason))) wrong.push(`closed with ${code} ${String(reason)}`);
      resolve();
    });
    for (const frame of [...frames, end]) socket.send(frame);
  });
  return wrong;
}

function rpcFrames(random: Random, session: string): (string | Buffer)[] {
  const frames: (string | Buffer)[] = [];
  const hello = { jsonrpc: '2.0', id: 0, method: 'hello', params: { protocol: 1, client: 'mutant' } };
  frames.push(random.below(20) === 0 ? mutatedJson(random, hello) : JSON.stringify(hello));
  for (let count = 1 + random.below(3); count > 0; count--) {
    // Often the same id twice.
    const id = random.pick([7, 7, 7, 8, 'a', -1, 1e15, 0.5]);
    const request = { jsonrpc: '2.0', id, ...random.pick(rpcRequests(session)) };
    const bytes = random.below(12) === 0 ? Buffer.from(JSON.stringify(request)) : mutatedJson(random, request);
    // A binary frame ends the connection: nothing behind it would be read.
    frames.push(random.below(30) === 0 ? bytes : bytes.toString('utf8'));
  }
  return frames;
}

const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
const openaiTools = [{ type: 'function', function: tools[0] }];
const chatMessages = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'call_1', content: 'two' },
];
const httpRequests: readonly (readonly [string, object])[] = [
  [
    '/v1/chat/completions',
    { model: 'nano', messages: chatMessages, tools: openaiTools, max_tokens: 2, temperature: 0, n: 1 },
  ],
  [
    '/v1/chat/completions',
    { messages: chatMessages, max_tokens: 2, stream: true, stop: ['x'], logit_bias: { 5: 1 }, seed: 1 },
  ],
  [
    '/v1/chat/completions',
    { messages: chatMessages, max_tokens: 2, response_format: { type: 'json_object' }, logprobs: true },
  ],
  ['/v1/completions', { prompt: 'function', suffix: '}', max_tokens: 2, echo: false, logprobs: 1 }],
  ['/v1/embeddings', { input: ['a'], encoding_format: 'float' }],
  ['/v1/responses', { input: [{ role: 'user', content: 'Hi' }], max_output_tokens: 16, instructions: 'x', tools: [] }],
  [
    '/v1/messages',
    { max_tokens: 2, system: 'x', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
  ],
  [
    '/v1/messages/count_tokens',
    { messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'f', input_schema: {} }] },
  ],
  [
    '/api/chat',
    { messages: [{ role: 'user', content: 'Hi' }], stream: false, options: { num_predict: 2, stop: ['x'] } },
  ],
  ['/api/show', { model: 'nano' }],
  ['/tokenize', { content: 'one two', add_special: true, with_pieces: true }],
  ['/detokenize', { tokens: [5, 6] }],
];

/** Sends a body; what came back that is no answer, nor an error in JSON. Long replies are left to themselves. */
async function sendBody(line: ReadyLine, path: string, body: Buffer): Promise<string[]> {
  const headers = { authorization: `Bearer ${line.token}`, 'content-type': 'application/json' };
  return await new Promise((resolve) => {
    const request = httpRequest(`${line.url}${path}`, { method: 'POST', headers, agent: false });
    const timer = setTimeout(() => request.destroy(), 5000);
    request.on('error', () => resolve([]));
    request.on('close', () => clearTimeout(timer));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', () => undefined);
      response.on('close', () => {
        const isAnswer = status === 200 || (status >= 400 && status < 600 && status !== 500 && isObject(text));
        resolve(isAnswer ? [] : [`${path}: ${status} ${text.slice(0, 300)}`]);
      });
    });
    request.end(body);
  });
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

async function soundRequest(client: RpcClient): Promise<unknown> {
  const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Hi' }] });
  const { ids } = await client.request('session.generate', { session, options: { maxTokens: 2 } });
  await client.request('session.close', { session });
  return { speaks: ids.length > 0, counted: await client.request('tokens.count', { texts: [''] }) };
}

it(
  'requests with faults get coded errors, and the daemon goes on',
  async () => {
    await using daemon = await DaemonProcess.start({
      args: ['--model', 'nano', '--context', '4096', '--threads', '1', '--http'],
    });
    const client = await daemon.connect();
    const wrong: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + casesOf('mutated requests'); seed++) {
      const random = seeded(seed);
      const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Hi' }] });
      const [path, body] = random.pick(httpRequests);
      const found =
        random.below(2) === 0
          ? await sendFrames(daemon.line, rpcFrames(random, session))
          : await sendBody(daemon.line, path, mutatedJson(random, body));
      wrong.push(...found.map((text) => `MOONWRIGHT_SEED=${seed} ${text}`));
      await client.request('session.close', { session });
      if (seed % batch === 0)
        expect(await soundRequest(client), `after ${seed}`).toEqual({ speaks: true, counted: { counts: [0] } });
    }
    expect(await soundRequest(client)).toMatchObject({ speaks: true });
    expect((await daemon.connect()).hello.pid).toBe(daemon.line.pid);
    expect(wrong).toEqual([]);
  },
  limitOfCases(180_000),
);
