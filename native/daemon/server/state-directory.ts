import { chmodSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory } from '../../local/state-directory.ts';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';

/** The files of one state directory. */
export interface StateFiles {
  readonly directory: string;
  readonly lock: string;
  readonly discovery: string;
  readonly log: string;
  /** The log of the last daemon that ended without cleaning up. */
  readonly crashLog: string;
}

/** Creates the directory, readable by this user only. Throws `option.invalid` when it cannot be used. */
export function prepareStateDirectory(directory: string): StateFiles {
  const files: StateFiles = {
    directory,
    lock: path.join(directory, 'daemon.lock'),
    discovery: path.join(directory, 'daemon.json'),
    log: path.join(directory, 'daemon.log'),
    crashLog: path.join(directory, 'daemon.crash.log'),
  };
  try {
    makePrivateDirectory(path.resolve(directory));
    const { uid, mode } = statSync(directory);
    if (process.getuid !== undefined && uid !== process.getuid()) throw new Error('it belongs to another user');
    // A directory that holds other files too keeps its mode; the daemon's own files are private anyway.
    const ours = [...Object.values(files).map((file) => path.basename(file)), 'models', 'windows'];
    if ((mode & 0o077) !== 0 && readdirSync(directory).every((name) => ours.includes(name)))
      chmodSync(directory, 0o700);
  } catch (error) {
    const reason = reasonOf(error);
    throw new CodedError(
      'option.invalid',
      `Cannot use the state directory ${directory}: ${reason}. Choose another with --state-dir.`,
      { cause: error },
    );
  }
  return files;
}
