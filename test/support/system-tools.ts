import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface SystemTool {
  /** Names it may have, the best first. */
  readonly names: readonly string[];
  /** Its package of Debian and Ubuntu. */
  readonly aptPackage: string;
  readonly purpose: string;
}

/** Path of a system program; installs it with apt if it is missing. Throws one sentence if that is impossible. */
export function findOrInstall(tool: SystemTool, log: (text: string) => void): string {
  const found = search(tool.names);
  if (found !== undefined) return found;
  const { aptPackage, purpose } = tool;
  if (process.getuid?.() !== 0 || search(['apt-get']) === undefined)
    throw new Error(`${aptPackage} is missing, ${purpose}: install it (Debian, Ubuntu: apt install ${aptPackage}).`);
  log(`Installing ${aptPackage} with apt ...`);
  apt(['update'], aptPackage);
  apt(['install', '-y', '--no-install-recommends', aptPackage], aptPackage);
  const installed = search(tool.names);
  if (installed === undefined) throw new Error(`apt installed ${aptPackage}, but ${tool.names[0]} is not on the PATH.`);
  return installed;
}

function search(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

function apt(args: readonly string[], wanted: string): void {
  const child = spawnSync('apt-get', ['-q', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (child.status !== 0)
    throw new Error(
      `apt-get ${args[0]} failed, so ${wanted} is missing: ${lastLines(child.stderr ?? String(child.error))}`,
    );
}

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ');
}
