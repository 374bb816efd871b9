import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';
import { protocolVersion } from '../../protocol/methods.ts';

/** The files of one state directory. */
export interface StateFiles {
  readonly directory: string;
  readonly lock: string;
  readonly discovery: string;
  readonly log: string;
  /** The log of the last daemon that ended without cleaning up. */
  readonly crashLog: string;
}

/** The directory where a user's daemon of this protocol version keeps its files. */
export function defaultStateDirectory(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  const version = `v${protocolVersion}`;
  if (platform === 'win32')
    return path.win32.join(env.LOCALAPPDATA ?? path.win32.join(home, 'AppData', 'Local'), 'moonwright', version);
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'moonwright', version);
  // The XDG specification says to ignore relative values.
  const state =
    env.XDG_STATE_HOME?.startsWith('/') === true ? env.XDG_STATE_HOME : path.posix.join(home, '.local', 'state');
  return path.posix.join(state, 'moonwright', version);
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
    makeDirectory(path.resolve(directory));
    const { uid, mode } = statSync(directory);
    if (process.getuid !== undefined && uid !== process.getuid()) throw new Error('it belongs to another user');
    // A directory that holds other files too keeps its mode; the daemon's own files are private anyway.
    const ours = [...Object.values(files).map((file) => path.basename(file)), 'models'];
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

/** Creates one level after the other: Node's own `recursive` never returns where mkdir is impossible, as in /proc. */
function makeDirectory(directory: string): void {
  const above = path.dirname(directory);
  if (above !== directory && !existsSync(above)) makeDirectory(above);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
