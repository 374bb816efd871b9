// Real: files on disk, git, bash's grammar.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { loadShellReader, type ShellReader } from '../../../extension/permission/shell/shell-command.ts';
import { grammarsOfPackages } from './package-grammars.ts';

/** A repository for all tests of a file, with a folder `other` beside it that holds a file `x`. */
export interface GateRepository {
  readonly shell: ShellReader;
  readonly root: string;
  put(file: string, text?: string): void;
  git(...args: string[]): void;
}

/** Makes the repository before the tests and removes it after them. `fill` puts in what they need. */
export function useGateRepository(fill: (repository: GateRepository) => void): { readonly current: GateRepository } {
  const made: { current: GateRepository } = { current: undefined as unknown as GateRepository };
  let base: string;
  beforeAll(async () => {
    const shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')), 'bash');
    base = realpathSync(mkdtempSync(path.join(tmpdir(), 'gate-repository-')));
    const root = path.join(base, 'work');
    mkdirSync(root);
    mkdirSync(path.join(base, 'other'));
    writeFileSync(path.join(base, 'other/x'), 'outside\n');
    made.current = {
      shell,
      root,
      put: (file, text = 'x\n') => {
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        writeFileSync(path.join(root, file), text);
      },
      git: (...args) =>
        void execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], {
          cwd: root,
          stdio: 'ignore',
        }),
    };
    made.current.git('init', '-q', '-b', 'main');
    fill(made.current);
  });
  afterAll(() => rmSync(base, { recursive: true }));
  return made;
}
