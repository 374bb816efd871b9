import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';

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
 * line by line: when native code crashes, all earlier lines are on disk.
 */
export class DaemonLog {
  readonly #sink: LogSink;
  readonly #least: number;
  #recent: string[] = [];
  #file: { readonly path: string; readonly handle: number; bytes: number } | undefined;
  #progressShown = false;

  constructor(sink: LogSink, least: LogLevel) {
    this.#sink = sink;
    this.#least = order[least];
  }

  /** Opens the file and writes the earlier lines to it first. */
  openFile(path: string): void {
    const handle = openSync(path, 'w', 0o600);
    this.#file = { path, handle, bytes: 0 };
    this.#append(this.#recent.join(''));
  }

  write(level: LogLevel, text: string): void {
    if (order[level] < this.#least) return;
    const line = `${new Date().toISOString()} ${level} ${text.trimEnd()}\n`;
    this.#clearProgress();
    this.#sink.write(line);
    this.#recent.push(line);
    if (this.#recent.length > linesKept * 2) this.#recent = this.#recent.slice(-linesKept);
    this.#append(line);
  }

  /** One line on a terminal that changes in place; elsewhere a line for every quarter. `fraction` is 0 to 1. */
  readonly progress = progressPrinter(
    (text, final) => {
      if (this.#sink.isTTY !== true) return false;
      this.#sink.write(`\r\x1b[K${text}${final ? '\n' : ''}`);
      this.#progressShown = !final;
      return true;
    },
    (text) => this.write('info', text),
  );

  /** Ends the file and removes it: after an orderly end there is nothing to look up. */
  removeFile(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.handle);
    rmSync(this.#file.path, { force: true });
    this.#file = undefined;
  }

  #append(text: string): void {
    const file = this.#file;
    if (file === undefined) return;
    if (file.bytes + text.length > fileBytesMax) {
      ftruncateSync(file.handle, 0);
      file.bytes = writeSync(file.handle, this.#recent.slice(-linesKept).join(''), 0);
      return;
    }
    file.bytes += writeSync(file.handle, text, file.bytes);
  }

  #clearProgress(): void {
    if (!this.#progressShown) return;
    this.#sink.write('\r\x1b[K');
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
