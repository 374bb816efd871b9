import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestHost } from './host-install.ts';

/** Nothing that pops up, phones home or changes from run to run. */
const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'remote.autoForwardPorts': false, // else a toast for every port that is listened on
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'window.autoDetectColorScheme': true, // tests change the colours by those that the browser prefers
  'comments.openView': 'never',
  'editor.accessibilitySupport': 'off',
  'files.hotExit': 'off',
  'terminal.integrated.enablePersistentSessions': false,
  'typescript.disableAutomaticTypeAcquisition': true, // no look-ups on npm
};

export interface ServerOptions {
  /** Created and removed by the caller. */
  readonly folder: string;
  readonly extensionsDir: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Asks for trust in workspaces, as a user's VS Code does. */
  readonly workspaceTrust?: boolean;
  /** Browsers must know this; none: any browser on this machine may connect. */
  readonly connectionToken?: string;
  /** A command that runs the server, e.g. strace with its options. */
  readonly wrapper?: readonly string[];
  /** Takes extensions and tests from the address of the page, and shows no toasts. */
  readonly runsTests?: boolean;
}

const live = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll();
    if (process.listenerCount(signal) === 0) process.exit(1); // nobody else cleans up
  });
}
process.on('exit', killAll);

/** VS Code as a private web server: its own settings, user data and port. */
export class VSCodeServer {
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: number, logFile: string) {
    this.#process = child;
    this.port = port;
    this.pid = child.pid ?? -1;
    this.logFile = logFile;
  }

  /** Starts one and waits until it answers. */
  static async start(host: TestHost, options: ServerOptions): Promise<VSCodeServer> {
    const {
      folder,
      extensionsDir,
      settings = {},
      workspaceTrust = false,
      connectionToken,
      wrapper = [],
      runsTests = false,
    } = options;
    const port = await freePort();
    const userData = path.join(folder, 'user-data');
    mkdirSync(path.join(userData, 'User'), { recursive: true });
    const { 'security.workspace.trust.enabled': _off, ...others } = quietSettings;
    writeFileSync(
      path.join(userData, 'User/settings.json'),
      JSON.stringify({ ...(workspaceTrust ? others : quietSettings), ...settings }, null, 2),
    );
    // Settings of the machine's scope are read from here where the editor is remote, as it is in a browser.
    mkdirSync(path.join(userData, 'Machine'), { recursive: true });
    writeFileSync(path.join(userData, 'Machine/settings.json'), JSON.stringify(settings, null, 2));
    const logFile = path.join(folder, 'server.log');
    const log = openSync(logFile, 'w');
    const args = [
      host.serverMain,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--accept-server-license-terms',
      '--user-data-dir',
      userData,
      '--server-data-dir',
      path.join(folder, 'server-data'),
      '--extensions-dir',
      extensionsDir,
      '--telemetry-level',
      'off',
      '--reconnection-grace-time',
      '1', // the default is three hours: old extension hosts would live on
      ...(connectionToken === undefined ? ['--without-connection-token'] : ['--connection-token', connectionToken]),
      ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(runsTests ? ['--enable-smoke-test-driver'] : []),
    ];
    const [command = host.node, ...before] = [...wrapper, host.node];
    const child = spawn(command, [...before, ...args], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    live.add(child);
    const server = new VSCodeServer(child, port, logFile);
    await server.#answers();
    return server;
  }

  url(workspace: string, connectionToken?: string): string {
    const token = connectionToken === undefined ? '' : `tkn=${connectionToken}&`;
    return `http://127.0.0.1:${this.port}/?${token}folder=${encodeURIComponent(workspace)}`;
  }

  /** Ends the server and all it started that did not leave its process group. */
  async stop(): Promise<void> {
    live.delete(this.#process);
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    signalGroup(this.#process, 'SIGTERM');
    await Promise.race([ended, delay(3000)]);
    signalGroup(this.#process, 'SIGKILL');
  }

  async #answers(): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end && this.#process.exitCode === null; await delay(100)) {
      const version = await fetch(`http://127.0.0.1:${this.port}/version`).catch(() => undefined);
      if (version !== undefined) return;
    }
    throw new Error(`The VS Code server did not start: ${readFileSync(this.logFile, 'utf8')}`);
  }
}

/** Installs an extension as the user would. */
export function installVsix(host: TestHost, vsix: string, extensionsDir: string): void {
  const child = spawnSync(
    host.node,
    [host.serverMain, '--install-extension', vsix, '--extensions-dir', extensionsDir, '--accept-server-license-terms'],
    { encoding: 'utf8' },
  );
  if (child.status !== 0) throw new Error(`The extension could not be installed: ${child.stdout}${child.stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function killAll(): void {
  for (const child of live) signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
