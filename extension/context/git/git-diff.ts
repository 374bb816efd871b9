import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { splitDiff, withoutHidden, type FileDiff } from './file-diffs.ts';

const run = promisify(execFile);
const outputMax = 16 * 1024 * 1024;
/** The text must not depend on the user's configuration: names are read from it, to leave out files with secrets. */
const settings = ['--no-optional-locks', '--no-pager', '-c', 'core.quotepath=off', '-c', 'diff.relative=false'];
const format =
  '--patch --no-ext-diff --no-textconv --no-color --unified=3 --submodule=short --src-prefix=a/ --dst-prefix=b/'.split(
    ' ',
  );

/** What to compare: the index with the last commit, the files with the index, or the files with the last commit. */
type Compared = 'staged' | 'unstaged' | 'head';

const compared: Record<Compared, readonly string[]> = { staged: ['--cached'], unstaged: [], head: ['HEAD'] };

export interface GitSource {
  /** The root of a repository. */
  readonly root: string;
  /** The git to run. */
  readonly git?: string | undefined;
  /** True for files, by name or absolute path, whose changes are left out. */
  readonly isHidden: (file: string) => boolean;
}

/** The changes in a repository. Rejects when git fails, for example without a commit. */
export async function gitChanges({ root, git, isHidden }: GitSource, what: Compared): Promise<readonly FileDiff[]> {
  const { stdout } = await run(git ?? 'git', [...settings, 'diff', ...format, ...compared[what]], {
    cwd: root,
    maxBuffer: outputMax,
  });
  return withoutHidden(splitDiff(stdout), (name) => isHidden(name) || isHidden(path.join(root, name)));
}
