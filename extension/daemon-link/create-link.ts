import path from 'node:path';
import type { LoadOptions } from '../../native/protocol/methods.ts';
import { launchDaemon, logFile, logTail } from './daemon-launch.ts';
import { DaemonLink } from './daemon-link.ts';
import type { LinkParts } from './daemon-link.ts';
import { daemonProcesses } from './daemon-process.ts';

/** The user's settings that decide how the daemon is started. */
export interface LinkSettings {
  /** The Node that runs the daemon. Undefined: the one that runs the extension. */
  readonly nodePath: string | undefined;
  /** Where the daemon keeps its state. Undefined: the daemon's default. */
  readonly stateDirectory: string | undefined;
  /** The model to load, and its options. */
  load(): LoadOptions;
}

export interface LinkWithLog {
  readonly link: DaemonLink;
  readonly logFile: string;
}

/** Seconds after the last window closed until the daemon ends. Reloading a window takes less. */
const idleSeconds = 300;
const logLines = 20;

/** Links to the daemon with the user's settings. Nothing starts before it is needed. `storage` is a folder. */
export function createDaemonLink(
  script: string,
  settings: LinkSettings,
  storage: string,
  askAboutTurns: LinkParts['askAboutTurns'],
): LinkWithLog {
  const folder = (): string => settings.stateDirectory ?? path.join(storage, 'engine');
  const link = new DaemonLink({
    launch: (signal) =>
      launchDaemon(
        {
          script,
          executable: settings.nodePath ?? process.execPath,
          folder: folder(),
          env: process.env,
          arguments: [
            '--idle-exit',
            String(idleSeconds),
            ...(settings.stateDirectory === undefined ? [] : ['--state-dir', settings.stateDirectory]),
          ],
        },
        signal,
      ),
    wanted: () => settings.load(),
    askAboutTurns,
    logTail: () => logTail(folder(), logLines),
    now: Date.now,
    process: daemonProcesses(path.basename(script), logFile(folder())),
  });
  return { link, logFile: logFile(folder()) };
}
