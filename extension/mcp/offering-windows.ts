import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '../../native/local/private-file.ts';
import { isProcessAlive } from '../../native/local/process-alive.ts';
import { makePrivateDirectory } from '../../native/local/state-directory.ts';
import { isRecord } from '../workspace/is-record.ts';

/** A window of the editor that offers its tools, as its file tells it to programs of the same user. */
export interface OfferingWindow {
  readonly url: string;
  readonly token: string;
  /** Of the process that offers them. */
  readonly pid: number;
  /** Absolute paths of the folders that are open in it. */
  readonly folders: readonly string[];
}

/** The file of one window, in the state directory. Only the user can read it: it holds the token. */
export class WindowFile {
  readonly #file: string;

  constructor(stateDirectory: string) {
    this.#file = path.join(folderOf(stateDirectory), `${process.pid}-${randomUUID()}.json`);
  }

  /** Throws Node's error when it cannot be written. */
  write(window: OfferingWindow): void {
    makePrivateDirectory(path.dirname(this.#file));
    writePrivateFile(this.#file, `${JSON.stringify(window)}\n`);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

/** The windows that offer their tools now. Removes the files of windows that were killed. */
export function offeringWindows(stateDirectory: string): readonly OfferingWindow[] {
  const folder = folderOf(stateDirectory);
  return namesIn(folder).flatMap((name) => {
    const file = path.join(folder, name);
    const window = readWindow(file);
    if (window === undefined) return [];
    if (isProcessAlive(window.pid)) return [window];
    rmSync(file, { force: true });
    return [];
  });
}

/**
 * The window in which a folder is open: the one whose own folder is nearest above it. Where there is none, the only one
 * with a folder below it. Undefined where no window is meant, or more than one could be.
 */
export function windowFor(folder: string, windows: readonly OfferingWindow[]): OfferingWindow | undefined {
  const above = windows
    .flatMap((window) => window.folders.filter((one) => isWithin(folder, one)).map((one) => ({ window, one })))
    .sort((a, b) => b.one.length - a.one.length);
  const [nearest] = above;
  if (nearest !== undefined) return nearest.window;
  const below = windows.filter(({ folders }) => folders.some((one) => isWithin(one, folder)));
  return below.length === 1 ? below[0] : undefined;
}

function isWithin(inner: string, outer: string): boolean {
  const way = path.relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
}

function folderOf(stateDirectory: string): string {
  return path.join(path.resolve(stateDirectory), 'windows');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return []; // nothing was offered yet
  }
}

/** Undefined for what is no such file of this user's: another one could send us anywhere. */
function readWindow(file: string): OfferingWindow | undefined {
  try {
    if (process.getuid !== undefined && statSync(file).uid !== process.getuid()) return undefined;
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isWindow(value) ? value : undefined;
  } catch {
    return undefined; // removed meanwhile, or not readable
  }
}

function isWindow(value: unknown): value is OfferingWindow {
  if (!isRecord(value)) return false;
  const { url, token, pid, folders } = value;
  return (
    typeof url === 'string' &&
    typeof token === 'string' &&
    typeof pid === 'number' &&
    Array.isArray(folders) &&
    folders.every((folder) => typeof folder === 'string')
  );
}
