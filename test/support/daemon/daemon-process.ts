import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RpcClient } from '../../../extension/daemon-link/rpc-client.ts';
import type { ConnectOptions } from '../../../extension/daemon-link/rpc-client.ts';

export const root = path.resolve(import.meta.dirname, '../../..');
export const daemonBundle = path.join(root, 'dist/daemon.js');

/** The line a daemon prints when it is ready. */
export interface ReadyLine {
  readonly port: number;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly model: string | null;
  readonly backend: string;
  readonly context: number | null;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly stateDirectory?: string; // default: a new one, removed by `dispose`
  /** Run another script instead of the bundle, e.g. native/serve.mjs. */
  readonly script?: string;
  readonly stdio?: StdioOptions; // default: stdout and stderr are collected
}

/** A real daemon in its own state directory. `await using`, or `dispose()`, ends it and removes the directory. */
export class DaemonProcess {
  readonly stateDirectory: string;
  readonly child: ChildProcess;
  /** Exit of the process. */
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #ownsDirectory: boolean;
  #running = true;

  constructor(options: StartOptions = {}) {
    this.#ownsDirectory = options.stateDirectory === undefined;
    this.stateDirectory = options.stateDirectory ?? mkdtempSync(path.join(os.tmpdir(), 'moonwright-test-'));
    const args = [
      options.script ?? daemonBundle,
      '--state-dir',
      this.stateDirectory,
      '--backend',
      'cpu',
      ...(options.args ?? []),
    ];
    this.child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.#running = false;
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Starts one and waits until it is ready. */
  static async start(options: StartOptions = {}): Promise<DaemonProcess & { readonly line: ReadyLine }> {
    const daemon = new DaemonProcess(options);
    return Object.assign(daemon, { line: await daemon.ready() });
  }

  /** Its line, or an error with its other output. */
  async ready(): Promise<ReadyLine> {
    while (!this.stdout.includes('\n')) {
      if (!this.#running) throw new Error(`The daemon ended before it was ready: ${JSON.stringify(await this.ended)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return JSON.parse(this.stdout.slice(0, this.stdout.indexOf('\n'))) as ReadyLine;
  }

  async connect(options?: ConnectOptions): Promise<RpcClient> {
    return await RpcClient.connect(await this.ready(), options);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return await this.ended;
  }

  /** Names of the files in the state directory. */
  files(): string[] {
    return readdirSync(this.stateDirectory).sort();
  }

  async dispose(): Promise<void> {
    if (this.#running) await this.end('SIGKILL');
    if (this.#ownsDirectory) rmSync(this.stateDirectory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
