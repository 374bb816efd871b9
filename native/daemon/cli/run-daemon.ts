import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Addon } from '../../addon/contract.ts';
import { defaultStateDirectory } from '../../local/state-directory.ts';
import { toCodedError } from '../../protocol/coded-error.ts';
import { protocolVersion } from '../../protocol/methods.ts';
import type { LoadedModel } from '../../protocol/methods.ts';
import { loadAddon } from '../backend/addon-loader.ts';
import { chooseBackend } from '../backend/backend-choice.ts';
import { userModelFolders } from '../models/model-folders.ts';
import { resolveModel } from '../models/resolve.ts';
import { claimStateDirectory } from '../server/daemon-claim.ts';
import { daemonAnswers } from '../server/daemon-probe.ts';
import { Daemon } from '../server/daemon.ts';
import type { DaemonApi } from '../server/daemon.ts';
import { endHungDaemon } from '../server/end-hung-daemon.ts';
import { readyLine, removeDiscovery, writeDiscovery } from '../server/discovery-file.ts';
import type { DiscoveryRecord } from '../server/discovery-file.ts';
import { prepareStateDirectory } from '../server/state-directory.ts';
import type { ServeOptions } from './command-line.ts';
import type { DaemonApiOptions } from './daemon-api.ts';
import type { DaemonLog } from './daemon-log.ts';
import { checkRunningDaemon } from './second-start.ts';

const patienceMs = 10 * 60_000;
/** The editor waits longer than this for a daemon to start. */
const hungMs = 30_000;

export interface RunContext {
  readonly version: string;
  readonly log: DaemonLog;
  /** Aborted when the process is asked to end. */
  readonly stopSignal: AbortSignal;
  /** Makes the parts that answer requests. */
  createApi(options: DaemonApiOptions): DaemonApi;
  /** Prints the one line that says the daemon is ready. */
  announce(line: string): void;
}

/**
 * Runs the daemon until it is asked to end, and cleans up after it. When another daemon already serves the wanted
 * model, announces that one and returns. Resolves to false when native code did not end and the process must be killed.
 * Throws CodedError when it cannot start.
 */
export async function runDaemon(options: ServeOptions, context: RunContext): Promise<boolean> {
  const { log, stopSignal } = context;
  const files = prepareStateDirectory(
    options.stateDirectory ?? defaultStateDirectory(process.platform, process.env, homedir()),
  );
  const folders = userModelFolders(files.directory);
  const wanted = options.load === undefined ? undefined : await resolveModel(options.load.model, folders);
  const addon = loadAddon();
  const claim = await claimStateDirectory(files, {
    lockFile: (file) => addon.lockFile(file),
    answers: daemonAnswers,
    log: (text) => log.write('info', text),
    patienceMs,
    hungMs,
    end: (record) => endHungDaemon(record, files.lock),
    signal: stopSignal,
  });
  if (claim.kind === 'stopped') return true;
  if (claim.kind === 'taken') {
    checkRunningDaemon(claim.running, wanted === undefined ? undefined : realpathSync(wanted.path));
    if (options.http && !claim.running.http)
      log.write(
        'warn',
        'The daemon that runs here serves no OpenAI endpoint: ' +
          `stop it (process ${claim.running.pid}) and start again, or choose another --state-dir.`,
      );
    context.announce(readyLine(claim.running));
    return true;
  }
  try {
    log.openFile(files.log);
    noteCrashes(addon, files.log, log);
    if (claim.afterCrash)
      log.write(
        'warn',
        `The daemon before this one crashed or was killed; its last log lines are in ${files.crashLog}.`,
      );
    const ended = await serve(options, context, { folders, discovery: files.discovery });
    log.removeFile();
    return ended;
  } catch (error) {
    log.removeFile();
    throw error;
  } finally {
    removeDiscovery(files.discovery);
    if (process.platform !== 'win32') rmSync(files.lock, { force: true });
    claim.lock.release();
    // Windows cannot remove an open file.
    if (process.platform === 'win32') rmSync(files.lock, { force: true, maxRetries: 2 });
  }
}

interface Places {
  readonly folders: ReturnType<typeof userModelFolders>;
  readonly discovery: string;
}

async function serve(
  options: ServeOptions,
  { version, log, stopSignal, createApi, announce }: RunContext,
  { folders, discovery }: Places,
): Promise<boolean> {
  const backend = await unlessStopped(
    chooseBackend({ forced: options.backend, log: (level, text) => log.write(level, text) }),
    stopSignal,
  );
  if (backend === undefined) return true;
  const token = options.token ?? randomBytes(32).toString('base64url');
  let record: DiscoveryRecord | undefined;
  const onModelChanged = (model: LoadedModel | undefined): void => {
    daemon.notify('model.changed', { model });
    if (record === undefined) return;
    record = { ...record, ...modelFields(model) };
    try {
      writeDiscovery(discovery, record);
    } catch (error) {
      // Those who look for a daemon find this one, with its former model.
      log.write('warn', String(error));
    }
  };
  const api = createApi({ version, backend, folders, log, aliases: options.aliases, onModelChanged });
  const daemon: Daemon = new Daemon(
    {
      port: options.port,
      http: options.http,
      access: { token, allowedOrigins: options.allowedOrigins },
      idleMs: options.idleMs,
      log: (level, text) => log.write(level, text),
    },
    api,
  );
  const onStop = (): void => daemon.requestStop(`Received ${String(stopSignal.reason)}.`);
  stopSignal.addEventListener('abort', onStop);
  if (stopSignal.aborted) onStop();
  let reason = 'It could not start.';
  let ended = false;
  try {
    const { port, url } = await daemon.listen();
    // Native code cannot always be interrupted (compiling a GPU's shaders takes minutes): a stop does not wait for it.
    const loading =
      options.load === undefined ? Promise.resolve() : api.lifecycle.load(options.load, () => undefined, stopSignal);
    const stopped = await Promise.race([loading.then(() => false), daemon.stopRequested().then(() => true)]);
    if (!stopped) {
      record = {
        port,
        url,
        token,
        pid: process.pid,
        backend: backend.report.backend,
        protocol: protocolVersion,
        version,
        http: options.http,
        ...modelFields(api.lifecycle.runtime?.loaded),
      };
      writeDiscovery(discovery, record);
      log.write('info', `ready on ${url}`);
      announce(readyLine(record));
      daemon.startIdleClock();
    }
    reason = await daemon.stopRequested();
  } catch (error) {
    if (!stopSignal.aborted) throw error;
    reason = await daemon.stopRequested();
  } finally {
    log.write('info', `stopping: ${reason}`);
    record = undefined;
    removeDiscovery(discovery);
    ended = await daemon.stop(reason);
  }
  return ended;
}

/** A crash is noted in the log if the log can be opened. */
function noteCrashes(addon: Addon, file: string, log: DaemonLog): void {
  try {
    addon.onCrash(file);
  } catch (error) {
    log.write('warn', `A crash of native code would not be noted: ${toCodedError(error).message}`);
  }
}

function modelFields(model: LoadedModel | undefined): Pick<DiscoveryRecord, 'model' | 'modelPath' | 'context'> {
  if (model === undefined) return { model: null, modelPath: null, context: null };
  return { model: model.name, modelPath: realpathSync(model.path), context: model.contextTokens };
}

/** The value, or undefined when the process is asked to end first. */
async function unlessStopped<T>(value: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return await Promise.race([value, stopped]);
}
