const runsMax = 5;

/** The output of a command, up to a limit. */
export interface OutputHolder {
  /** Takes raw output, terminal codes included. */
  push(raw: string): string;
  /** The output as plain text. */
  text(): string;
}

export interface TerminalRun {
  readonly command: string;
  /** Undefined while it runs, and when the shell does not report it. */
  readonly exitCode: number | undefined;
  readonly ended: boolean;
  output(): string;
}

interface RunRecord {
  command: string;
  exitCode: number | undefined;
  ended: boolean;
  readonly holder: OutputHolder;
}

/** The last commands of the user's terminals. `T` is the editor's object for a run. */
export class TerminalHistory<T extends object = object> {
  readonly #runs = new Map<T, RunRecord>();
  readonly #holder: () => OutputHolder;

  constructor(holder: () => OutputHolder) {
    this.#holder = holder;
  }

  /** Oldest first. */
  get runs(): readonly TerminalRun[] {
    return [...this.#runs.values()].map((run) => ({
      command: run.command,
      exitCode: run.exitCode,
      ended: run.ended,
      output: () => run.holder.text(),
    }));
  }

  started(run: T, command: string): void {
    this.#runs.set(run, { command, exitCode: undefined, ended: false, holder: this.#holder() });
    for (const old of [...this.#runs.keys()].slice(0, -runsMax)) this.#runs.delete(old);
  }

  printed(run: T, raw: string): void {
    this.#runs.get(run)?.holder.push(raw);
  }

  /** The command line may be known better at its end. */
  ended(run: T, command: string, exitCode: number | undefined): void {
    const record = this.#runs.get(run);
    if (record === undefined) return;
    record.ended = true;
    record.exitCode = exitCode;
    if (command.trim() !== '') record.command = command;
  }
}
