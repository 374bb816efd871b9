import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '../../native/protocol/coded-error.ts';
import type { Endpoint } from './rpc-client.ts';

export interface LaunchOptions {
  /** The daemon's bundle. */
  readonly script: string;
  /** A Node executable; VS Code's own by default. */
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Folder for its log. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Longer than a daemon waits for one that hangs before it replaces it. */
const startTimeoutMs = 90_000;

/**
 * Starts the daemon. If one already runs, the new process prints that one's line and ends; if that one hangs, the new
 * one replaces it. The daemon belongs to no window: it has its own process group, no stdin and no IPC, and ends by
 * itself when idle. Rejects with a CodedError.
 */
export async function launchDaemon(options: LaunchOptions, signal: AbortSignal): Promise<Endpoint> {
  const log = openLog(options.folder);
  try {
    const child = spawn(options.executable, [options.script, ...options.arguments], {
      detached: true,
      stdio: ['ignore', 'pipe', log],
      windowsHide: true,
      env: daemonEnvironment(options.env),
    });
    child.unref();
    return await readEndpoint(child, options.folder, signal);
  } finally {
    if (typeof log === 'number') closeSync(log);
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

/** The file for the daemon's stderr. Where it cannot be opened, as on a full disk, the daemon does without. */
function openLog(folder: string): number | 'ignore' {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(logFile(folder), 'a', 0o600);
  } catch {
    return 'ignore';
  }
}

/** Waits for the line on stdout, then lets go of the process. */
async function readEndpoint(child: ChildProcess, folder: string, signal: AbortSignal): Promise<Endpoint> {
  const limit = AbortSignal.timeout(startTimeoutMs);
  const failed = (how: string): CodedError =>
    new CodedError('daemon.unreachable', `The engine did not start ${how}. ${logTail(folder, 3)}`);
  try {
    return endpointOf(await readLine(child, AbortSignal.any([signal, limit])));
  } catch (error) {
    if (signal.aborted) throw new CodedError('request.cancelled', 'Stopped while the engine starts.');
    if (limit.aborted) throw failed(`within ${startTimeoutMs / 1000} seconds`);
    if (error instanceof CodedError) throw error;
    throw failed(`(${error instanceof Error ? error.message : String(error)})`);
  } finally {
    child.stdout?.destroy();
  }
}

/** The first line on stdout. Rejects with the reason when the process ends without one, or `signal` is aborted. */
function readLine(child: ChildProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      if (line.endsWith('\n')) resolve(line);
    });
    child.on('error', reject);
    child.on('close', (code, killed) => reject(new Error(killed === null ? `status ${code}` : `signal ${killed}`)));
    const onAbort = (): void => reject(new Error('stopped'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function endpointOf(line: string): Endpoint {
  const { url, token } = JSON.parse(line) as Partial<Record<'url' | 'token', unknown>>;
  if (typeof url !== 'string' || typeof token !== 'string')
    throw new CodedError('daemon.unreachable', 'The engine started with unexpected output.');
  return { url, token };
}
