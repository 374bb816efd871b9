const runsMax = 5;

/** What a command printed, held within bounds. */
export interface OutputHolder {
  /** Takes what came as it came, with terminal codes. */
  push(raw: string): string;
  /** As plain text. */
  text(): string;
}

export interface TerminalRun {
  readonly command: string;
  /** Undefined while it runs, and when the shell does not say. */
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

/** The last commands of the user's terminals. `T` is what the editor knows a run by. */
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
