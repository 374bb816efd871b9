import path from 'node:path';
import type { LoadOptions } from '../../native/protocol/methods.ts';
import { launchDaemon, logFile, logTail } from './daemon-launch.ts';
import { DaemonLink } from './daemon-link.ts';

/** The user's settings that decide how the daemon is started. */
export interface LinkSettings {
  /** The Node that runs the daemon; undefined: the one that runs this. */
  readonly nodePath: string | undefined;
  /** Where the daemon keeps its state; undefined: a folder of the extension. */
  readonly stateDirectory: string | undefined;
  /** The model to load and how. */
  load(): LoadOptions;
}

export interface LinkWithLog {
  readonly link: DaemonLink;
  readonly logFile: string;
}

/** The daemon ends so long after the last window closed; a reload of the window is shorter. */
const idleSeconds = 300;
const logLines = 20;

/** The way to the engine with the user's settings. Nothing is started before it is needed. */
export function createDaemonLink(script: string, settings: LinkSettings, storage: string): LinkWithLog {
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
    logTail: () => logTail(folder(), logLines),
    now: Date.now,
  });
  return { link, logFile: logFile(folder()) };
}
