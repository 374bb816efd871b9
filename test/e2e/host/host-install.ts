// Installs what the tests drive: VS Code 1.139 as a web server (the npm package code-server) and the Node it needs.
// Runs no compiler and no install scripts: their output is not needed here.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines } from '../../support/system-tools.ts';
import { cache } from './test-places.ts';

const codeServer = '4.139.1';
const node = '24.21.0';
const folder = path.join(cache, 'vscode-test-host');

export interface TestHost {
  /** Node 24; the server does not start with less. */
  readonly node: string;
  readonly serverMain: string;
}

/** The host; installs it if it is missing (about 800 MB, half a minute). Throws one sentence if that fails. */
export function installTestHost(log: (text: string) => void): TestHost {
  const nodePackage = `node-${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') throw new Error('The tests in a real VS Code run on Linux only.');
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  const host = {
    node: path.join(folder, 'node_modules', nodePackage, 'bin/node'),
    serverMain: path.join(vscode, 'out/server-main.js'),
  };
  const stamp = path.join(folder, `installed-${codeServer}-${node}`);
  if (existsSync(stamp) && existsSync(host.node)) return host;
  log(`Installing VS Code for tests into ${path.relative(process.cwd(), folder)} ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"name":"vscode-test-host","private":true}\n');
  install(folder, ['--no-save', `code-server@${codeServer}`, `${nodePackage}@${node}`]);
  chmodSync(host.node, 0o755);
  install(vscode, ['--omit=dev']);
  install(path.join(vscode, 'extensions'), ['--omit=dev']);
  writeFileSync(stamp, '');
  return host;
}

function install(cwd: string, args: readonly string[]): void {
  // It asks for Node 24, which is one of the packages; a script of this project passes its own strictness on.
  const child = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund', ...args],
    { cwd, encoding: 'utf8' },
  );
  if (child.status !== 0)
    throw new Error(
      `VS Code for tests could not be installed from the npm registry: ${lastLines(child.stderr ?? String(child.error))}`,
    );
}
