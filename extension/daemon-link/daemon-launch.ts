import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../../native/protocol/coded-error.ts';
import type { Endpoint } from './rpc-client.ts';

export interface LaunchOptions {
  /** The daemon's bundle. */
  readonly script: string;
  /** A Node executable; VS Code's own by default. */
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Folder for its start line and its log. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

const startTimeoutMs = 60_000;

/**
 * Starts the daemon. If one already runs, the new process prints that one's line and ends. The daemon belongs to no
 * window: it has its own process group, no stdin and no IPC, and ends by itself when idle. Rejects with a CodedError.
 */
export async function launchDaemon(options: LaunchOptions, signal: AbortSignal): Promise<Endpoint> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const lineFile = path.join(options.folder, `start-${process.pid}-${Date.now()}.json`);
  const [out, log] = [openSync(lineFile, 'w', 0o600), openSync(logFile(options.folder), 'a', 0o600)];
  try {
    const child = spawn(options.executable, [options.script, ...options.arguments], {
      detached: true,
      stdio: ['ignore', out, log],
      windowsHide: true,
      env: daemonEnvironment(options.env),
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, killed) => resolve(killed === null ? `status ${code}` : `signal ${killed}`));
    });
    child.unref();
    return await readEndpoint(lineFile, ended, options.folder, signal);
  } finally {
    closeSync(out);
    closeSync(log);
    rmSync(lineFile, { force: true });
  }
}

export function logFile(folder: string): string {
  return path.join(folder, 'engine.log');
}

/** The last lines of the log, for error messages. */
export function logTail(folder: string, lines: number): string {
  try {
    return readFileSync(logFile(folder), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch (error) {
    return error instanceof Error ? `(no log: ${error.message})` : '(no log)';
  }
}

/** Makes VS Code's Electron run as Node, and drops NODE_OPTIONS, which a debugger may have set for the extension. */
function daemonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _dropped, ...rest } = env;
  return { ...rest, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' };
}

async function readEndpoint(
  file: string,
  ended: Promise<string>,
  folder: string,
  signal: AbortSignal,
): Promise<Endpoint> {
  const limit = Date.now() + startTimeoutMs;
  let how: string | undefined;
  void ended.then((text) => {
    how = text;
  });
  while (Date.now() < limit) {
    signal.throwIfAborted();
    const end = how; // before reading the file: a process that finds a running daemon writes its line, then ends
    const line = readFileSync(file, 'utf8');
    if (line.endsWith('\n')) return endpointOf(line);
    if (end !== undefined)
      throw new CodedError('daemon.unreachable', `The engine did not start (${end}). ${logTail(folder, 3)}`);
    await delay(25);
  }
  throw new CodedError(
    'daemon.unreachable',
    `The engine did not start within ${startTimeoutMs / 1000} seconds. ${logTail(folder, 3)}`,
  );
}

function endpointOf(line: string): Endpoint {
  const { url, token } = JSON.parse(line) as Partial<Record<'url' | 'token', unknown>>;
  if (typeof url !== 'string' || typeof token !== 'string')
    throw new CodedError('daemon.unreachable', 'The engine started with unexpected output.');
  return { url, token };
}
