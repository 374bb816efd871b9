import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

const programs = import.meta.dirname;

/**
 * Two hosts on this machine, each a network namespace of its own, with a cable between them. They share the disk and
 * no port. Only root of Linux can make them.
 */
export class TwoHosts {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'moonwright-hosts-'));
  readonly home = `moonwright-home-${process.pid}`;
  readonly away = `moonwright-away-${process.pid}`;
  /** The address of the host at home on the cable. */
  readonly homeAddress = '10.77.7.1';
  readonly #running: ChildProcess[] = [];

  /** Why there can be none here; undefined if there can be. */
  static missing(): string | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root of Linux makes network namespaces';
    const name = `moonwright-probe-${process.pid}`;
    const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
    if (made.status !== 0) return `no network namespaces here: ${made.error?.message ?? made.stderr.trim()}`;
    spawnSync('ip', ['netns', 'del', name]);
    return undefined;
  }

  constructor() {
    for (const name of [this.home, this.away]) ip('netns', 'add', name);
    ip('link', 'add', 'cable', 'netns', this.home, 'type', 'veth', 'peer', 'name', 'cable', 'netns', this.away);
    for (const [name, address] of [
      [this.home, this.homeAddress],
      [this.away, '10.77.7.2'],
    ] as const) {
      ip('-n', name, 'address', 'add', `${address}/30`, 'dev', 'cable');
      ip('-n', name, 'link', 'set', 'cable', 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  }

  /** Starts a program of this folder on a host, and gives the first line that it prints. */
  async run(name: string, program: string, ...args: readonly string[]): Promise<string> {
    const outfile = path.join(this.folder, `${program}.mjs`);
    buildSync({
      entryPoints: [path.join(programs, `${program}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      loader: { '.md': 'text' },
      logLevel: 'warning',
    });
    return this.start(name, outfile, ...args);
  }

  /** Starts a script on a host, and gives the first line that it prints. Rejects when it ends before. */
  async start(name: string, script: string, ...args: readonly string[]): Promise<string> {
    const child = spawn('ip', ['netns', 'exec', name, process.execPath, script, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.push(child);
    let [line, said] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        line += text;
        if (line.includes('\n')) resolve(line);
      });
      child.once('close', (code) => reject(new Error(`${path.basename(script)} ended with ${String(code)}: ${said}`)));
    });
  }

  async dispose(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'close');
      child.kill(); // `ip` has become the program
      await ended;
    }
    for (const name of [this.home, this.away]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
