import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { protocolVersion } from '../protocol/methods.ts';

/** The directory where a user's daemon and windows of this protocol version keep what they tell each other. */
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

/**
 * Creates a directory and what is missing above it, for this user only. One level after the other: Node's own
 * `recursive` never returns where mkdir is impossible, as in /proc. Throws Node's error.
 */
export function makePrivateDirectory(directory: string): void {
  const above = path.dirname(directory);
  if (above !== directory && !existsSync(above)) makePrivateDirectory(above);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
