import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from '../daemon/daemon-process.ts';
import { freePort } from '../free-port.ts';
import type { EngineUnderTest } from './engine-under-test.ts';

const nano = path.join(root, 'native', 'models', 'nano.gguf');
/** It loads nano in less than a second; on a busy machine that takes longer. */
const startMs = 120_000;

export interface LlamaServerOptions {
  /** Of all slots together. */
  readonly contextTokens?: number;
  readonly slots?: number;
  readonly args?: readonly string[];
}

/** A real llama-server with nano and a key. It is found, or built, by `llama-server-program.mjs`. */
export class LlamaServer implements EngineUnderTest {
  readonly key = randomBytes(16).toString('hex');
  readonly #port: number;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(port: number, { contextTokens = 4096, slots = 1, args = [] }: LlamaServerOptions) {
    this.#port = port;
    const served = `-a nano --host 127.0.0.1 --port ${port} --api-key ${this.key} --jinja --slots --temp 0`;
    const size = `-c ${contextTokens} -np ${slots} -t 1`;
    // There is no kernel for nano's weights in the packed form.
    this.#args = ['-m', nano, ...`${served} ${size} --no-repack`.split(' '), ...args];
  }

  static async start(options: LlamaServerOptions = {}): Promise<LlamaServer> {
    const server = new LlamaServer(await freePort(), options);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it at the same port, after `kill`. Resolves when it answers. */
  async restart(): Promise<void> {
    await this.begin();
    for (const end = Date.now() + startMs; Date.now() < end; await delay(50)) {
      if (this.#child === undefined) throw new Error(`llama-server ended before it was ready:\n${this.#said}`);
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      if (answer?.ok) return;
    }
    throw new Error(`llama-server does not answer:\n${this.#said}`);
  }

  /** Starts it and does not wait until it answers. */
  async begin(): Promise<void> {
    const child = spawn(await programPath(), this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-4000)));
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
    });
    this.#child = child;
  }

  /** What it says at one of its own addresses. */
  async get(address: string): Promise<unknown> {
    const answer = await fetch(`${this.url}${address}`, { headers: { authorization: `Bearer ${this.key}` } });
    return answer.json();
  }

  /** Whether a slot is at work. */
  async isBusy(): Promise<boolean> {
    const slots = (await this.get('/slots')) as readonly { readonly is_processing: boolean }[];
    return slots.some((slot) => slot.is_processing);
  }

  /** Ends it without a word to its clients. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  }
}

let program: Promise<string> | undefined;

function programPath(): Promise<string> {
  const script = path.join(root, 'test', 'support', 'engines', 'llama-server-program.mjs');
  program ??= promisify(execFile)(process.execPath, [script]).then(({ stdout }) => stdout.trim());
  return program;
}
