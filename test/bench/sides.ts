import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface SideOptions {
  readonly model: string;
  readonly threads: number;
  /** Cells of the KV pool, shared by all sequences. */
  readonly cells: number;
  readonly parallel: number;
  /** Raw completions only: the rival must not try to read the text as a reply, and names special tokens as we do. */
  readonly raw?: boolean;
}

/** What one request cost, by the server's own clock and count. */
interface Spent {
  readonly computed: number;
  readonly reused: number;
  readonly generated: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** From sending the request to the first byte of the answer, by ours. */
  readonly firstMs: number;
  readonly text: string;
}

/** One step of a reply: the token's text and its lead over the second best (difference of log probabilities). */
export interface Step {
  readonly text: string;
  readonly margin: number;
}

interface ChatTurn {
  readonly spent: Spent;
  readonly message: Record<string, unknown>;
}

/** One server under measurement: ours or theirs, behind the same calls. */
export interface Side {
  readonly name: 'moonwright' | 'llama-server';
  readonly pid: number;
  complete(prompt: readonly number[], tokens: number, signal?: AbortSignal): Promise<Spent>;
  chat(messages: readonly object[], tools: readonly object[], tokens: number): Promise<ChatTurn>;
  /** The most likely continuation, step by step. */
  greedy(prompt: readonly number[], tokens: number): Promise<readonly Step[]>;
  /** Bytes of idle conversations that it keeps beside its KV pool, where it says so. */
  keptBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A daemon of its own, with its socket's address (`ws:`). */
interface OwnDaemon {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export async function startDaemon(root: string, options: SideOptions): Promise<OwnDaemon> {
  const state = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'dist/daemon.js'),
      '--model',
      options.model,
      '--http',
      '--backend',
      'cpu',
      '--kv-type',
      'f16',
      '--port',
      '0',
      '--state-dir',
      state,
      '--context',
      String(options.cells),
      '--parallel',
      String(options.parallel),
      '--threads',
      String(options.threads),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const { url, token } = JSON.parse(await firstLine(child)) as { url: string; token: string };
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(state, { recursive: true, force: true });
  };
  return { child, url, token, stop };
}

export async function startOurs(root: string, options: SideOptions): Promise<Side> {
  const { child, url, token, stop } = await startDaemon(root, options);
  const base = url.replace(/^ws/, 'http').replace(/\/$/, '');
  return side('moonwright', child, base, { authorization: `Bearer ${token}` }, '/v1/completions', stop);
}

export async function startTheirs(server: string, options: SideOptions): Promise<Side> {
  const port = await freePort();
  const child = spawn(
    server,
    [
      '-m',
      options.model,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '-t',
      String(options.threads),
      '-c',
      String(options.cells),
      '-np',
      String(options.parallel),
      '--kv-unified',
      '-ctk',
      'f16',
      '-ctv',
      'f16',
      '-ub',
      '512',
      '--no-webui',
      ...(options.raw === true ? ['--skip-chat-parsing', '--special'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const base = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 600) throw new Error('llama-server did not start');
    const ready = await fetch(`${base}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return side('llama-server', child, base, {}, '/completion', () => ended(child));
}

function side(
  name: Side['name'],
  child: ChildProcess,
  base: string,
  headers: Readonly<Record<string, string>>,
  completionPath: string,
  stop: () => Promise<void>,
): Side {
  const post = async (
    target: string,
    body: object,
    signal?: AbortSignal,
  ): Promise<{ chunks: Record<string, unknown>[]; firstMs: number }> => {
    const started = performance.now();
    const response = await fetch(base + target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...body, stream: true, temperature: 0, cache_prompt: true }),
      ...(signal && { signal }),
    });
    if (!response.ok || response.body === null)
      throw new Error(`${name}: ${response.status} ${(await response.text()).slice(0, 300)}`);
    const chunks: Record<string, unknown>[] = [];
    let firstMs = 0;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes as Uint8Array, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
        const chunk = JSON.parse(line.slice(6)) as Record<string, unknown>;
        if (chunk['error'] !== undefined) throw new Error(`${name}: ${JSON.stringify(chunk['error']).slice(0, 300)}`);
        if (firstMs === 0 && carriesOutput(chunk)) firstMs = performance.now() - started;
        chunks.push(chunk);
      }
    }
    return { chunks, firstMs: firstMs === 0 ? performance.now() - started : firstMs };
  };
  return {
    name,
    pid: child.pid ?? 0,
    async complete(prompt, tokens, signal) {
      const { chunks, firstMs } = await post(
        completionPath,
        { prompt, max_tokens: tokens, n_predict: tokens, ignore_eos: true, stream_options: { include_usage: true } },
        signal,
      );
      return spentOf(chunks, firstMs);
    },
    async chat(messages, tools, tokens) {
      const { chunks, firstMs } = await post('/v1/chat/completions', {
        messages,
        tools,
        max_tokens: tokens,
        stream_options: { include_usage: true },
      });
      return { spent: spentOf(chunks, firstMs), message: messageOf(chunks) };
    },
    async greedy(prompt, tokens) {
      const response = await fetch(base + completionPath, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          prompt,
          max_tokens: tokens,
          n_predict: tokens,
          temperature: 0,
          repeat_penalty: 1,
          cache_prompt: false,
          logprobs: 2,
          n_probs: 2,
        }),
      });
      if (!response.ok) throw new Error(`${name}: ${response.status} ${(await response.text()).slice(0, 300)}`);
      return stepsOf((await response.json()) as GreedyAnswer);
    },
    async keptBytes() {
      const text = await (await fetch(`${base}/metrics`, { headers })).text();
      return Number(/shelf_bytes\{state="used"\} (\d+)/.exec(text)?.[1] ?? 0);
    },
    stop,
  };
}

/** The embedded model's. */
const endOfTurn = '<|im_end|>';

interface GreedyAnswer {
  readonly completion_probabilities?: readonly {
    readonly token: string;
    readonly top_logprobs: readonly { readonly logprob: number }[];
  }[];
  readonly choices?: readonly {
    readonly finish_reason: string;
    readonly logprobs: {
      readonly tokens: readonly string[];
      readonly top_logprobs: readonly Readonly<Record<string, number>>[];
    };
  }[];
}

/** llama-server's own list of steps, or that of OpenAI's completions. */
function stepsOf({ completion_probabilities: steps, choices }: GreedyAnswer): Step[] {
  const margin = ([first = 0, second = 0]: readonly number[]): number => first - second;
  if (steps !== undefined)
    return steps.map(({ token, top_logprobs }) => ({
      text: token,
      margin: margin(top_logprobs.map(({ logprob }) => logprob)),
    }));
  const [choice] = choices ?? [];
  const said = (choice?.logprobs.tokens ?? []).map((text, at) => ({
    text,
    margin: margin(Object.values(choice?.logprobs.top_logprobs[at] ?? {}).sort((a, b) => b - a)),
  }));
  // The token that ends the turn is no part of the text, and stands in the other list only.
  return choice?.finish_reason === 'stop' ? [...said, { text: endOfTurn, margin: Number.POSITIVE_INFINITY }] : said;
}

type Delta = {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
};

function deltas(chunks: readonly Record<string, unknown>[]): Delta[] {
  return chunks.flatMap((chunk) =>
    ((chunk['choices'] ?? []) as { delta?: Delta }[]).flatMap(({ delta }) => (delta === undefined ? [] : [delta])),
  );
}

function carriesOutput(chunk: Record<string, unknown>): boolean {
  const choices = (chunk['choices'] ?? []) as { delta?: Delta; text?: string }[];
  return (
    typeof chunk['content'] === 'string' ||
    choices.some(
      ({ delta, text }) => typeof text === 'string' || Boolean(delta?.content) || delta?.tool_calls !== undefined,
    )
  );
}

function spentOf(chunks: readonly Record<string, unknown>[], firstMs: number): Spent {
  const timings = chunks.findLast((chunk) => chunk['timings'] !== undefined)?.['timings'] as
    Record<string, number> | undefined;
  if (timings === undefined) throw new Error('an answer came without timings');
  const text = chunks
    .map((chunk) =>
      typeof chunk['content'] === 'string'
        ? chunk['content']
        : ((chunk['choices'] ?? []) as { text?: string }[]).map((choice) => choice.text ?? '').join(''),
    )
    .join('');
  return {
    computed: timings['prompt_n'] ?? 0,
    reused: timings['cache_n'] ?? 0,
    generated: timings['predicted_n'] ?? 0,
    prefillMs: timings['prompt_ms'] ?? 0,
    decodeMs: timings['predicted_ms'] ?? 0,
    firstMs,
    text,
  };
}

function messageOf(chunks: readonly Record<string, unknown>[]): Record<string, unknown> {
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = [];
  let content = '';
  for (const delta of deltas(chunks)) {
    content += delta.content ?? '';
    for (const piece of delta.tool_calls ?? []) {
      const call = (calls[piece.index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } });
      call.id ||= piece.id ?? '';
      call.function.name += piece.function?.name ?? '';
      call.function.arguments += piece.function?.arguments ?? '';
    }
  }
  return { role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) };
}

/** Resident memory and its peak, bytes (Linux). */
export function memoryOf(pid: number): { readonly resident: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { resident: field('VmRSS'), peak: field('VmHWM') };
}

/** CPU seconds of the process's main thread: JavaScript, in our daemon (Linux: the scheduler counts nanoseconds). */
export function mainThreadSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the daemon has no stdout');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the daemon ended before it was ready');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
