import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { reasonOf } from '../../protocol/coded-error.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const fileBytesMax = 512 * 1024;
const linesKept = 500;

/** Destination of log lines: stderr, or a list in tests. */
export interface LogSink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * The daemon's log: lines on stderr and, once opened, in a file that keeps the last lines. The file is written at once,
 * line by line: when native code crashes, all earlier lines are on disk. Never throws: a file or a stream that cannot
 * be written (a full disk, a terminal that is gone) is given up.
 */
export class DaemonLog {
  readonly #sink: LogSink;
  readonly #least: number;
  #recent: string[] = [];
  /** `handle` is undefined once the file has been given up. */
  #file: { readonly path: string; handle: number | undefined; bytes: number } | undefined;
  #progressShown = false;

  constructor(sink: LogSink, least: LogLevel) {
    this.#sink = sink;
    this.#least = order[least];
  }

  /** Opens the file and writes the earlier lines to it first. */
  openFile(path: string): void {
    try {
      this.#file = { path, handle: openSync(path, 'w', 0o600), bytes: 0 };
    } catch (error) {
      this.write('warn', `There is no log file: ${reasonOf(error)}.`);
      return;
    }
    this.#append(this.#recent.join(''));
  }

  write(level: LogLevel, text: string): void {
    if (order[level] < this.#least) return;
    const line = `${new Date().toISOString()} ${level} ${text.trimEnd()}\n`;
    this.#clearProgress();
    this.#print(line);
    this.#recent.push(line);
    if (this.#recent.length > linesKept * 2) this.#recent = this.#recent.slice(-linesKept);
    this.#append(line);
  }

  /** One line on a terminal that changes in place; elsewhere a line for every quarter. `fraction` is 0 to 1. */
  readonly progress = progressPrinter(
    (text, final) => {
      if (this.#sink.isTTY !== true) return false;
      this.#print(`\r\x1b[K${text}${final ? '\n' : ''}`);
      this.#progressShown = !final;
      return true;
    },
    (text) => this.write('info', text),
  );

  /** Ends the file and removes it: after an orderly end there is nothing to look up. */
  removeFile(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    try {
      if (file.handle !== undefined) closeSync(file.handle);
      rmSync(file.path, { force: true });
    } catch (error) {
      this.write('warn', `The log file is left behind: ${reasonOf(error)}.`);
    }
  }

  #append(text: string): void {
    const file = this.#file;
    if (file?.handle === undefined) return;
    try {
      if (file.bytes + text.length > fileBytesMax) {
        ftruncateSync(file.handle, 0);
        file.bytes = writeSync(file.handle, this.#recent.slice(-linesKept).join(''), 0);
        return;
      }
      file.bytes += writeSync(file.handle, text, file.bytes);
    } catch (error) {
      file.handle = undefined; // first, because the next line logs
      this.write('warn', `The log file is written no more: ${reasonOf(error)}.`);
    }
  }

  #print(text: string): void {
    try {
      this.#sink.write(text);
    } catch {
      // Where stderr is a file, Node throws at once when it cannot be written. There is nobody left to tell.
    }
  }

  #clearProgress(): void {
    if (!this.#progressShown) return;
    this.#print('\r\x1b[K');
    this.#progressShown = false;
  }
}

function progressPrinter(
  inPlace: (text: string, final: boolean) => boolean,
  asLine: (text: string) => void,
): (what: string, fraction: number) => void {
  let percentShown = -1;
  return (what, fraction) => {
    const percent = Math.floor(fraction * 100);
    if (percent < percentShown) percentShown = -1; // another load
    if (percent === percentShown) return;
    const quarter = Math.floor(percent / 25) > Math.floor(percentShown / 25);
    percentShown = percent;
    if (!inPlace(`${what} ${percent} %`, percent === 100) && quarter) asLine(`${what} ${percent} %`);
  };
}
