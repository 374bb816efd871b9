import type { Environment } from './command-environment.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { ProcessEnd, ProcessGroups, RunningProcess } from './process-group.ts';
import { shellCall } from './shell.ts';
import { QuestionWatch } from './question-watch.ts';
import type { TerminalMirror } from './terminal-mirror.ts';
import { endsInQuestion, quietMsDefault, unanswered, wantedAnswer } from './unanswered-question.ts';

export interface CommandRequest {
  readonly command: string;
  readonly folder: string;
}

export interface BackgroundCommand {
  readonly id: number;
  readonly command: string;
  readonly folder: string;
  /** The output since the last call. */
  take(): string;
  /** Undefined while it runs. */
  readonly end: ProcessEnd | undefined;
  /** True if it waits for an answer, or ended for want of one. */
  readonly asks: boolean;
  /** Resolves when there is new output or the command has ended. */
  changed(): Promise<void>;
  /** Ends the command; resolves when all its processes are gone. */
  stop(): Promise<void>;
}

export interface CommandRunsParts {
  readonly groups: ProcessGroups;
  readonly mirror: TerminalMirror;
  readonly environment: () => Environment;
  /** How long a command is quiet behind a question before the user is told, in milliseconds. */
  readonly quietMs?: number;
}

/** Number of ended commands that can still be read. */
const endedMax = 50;
/** Characters that are kept to tell a question. */
const lastMax = 2000;

/** Runs shell commands; background commands are known by their ids. */
export class CommandRuns {
  readonly #parts: CommandRunsParts;
  readonly #background = new Map<number, BackgroundRun>();
  #lastId = 0;

  constructor(parts: CommandRunsParts) {
    this.#parts = parts;
  }

  /** Runs a command to its end or its timeout; `text` is its output. */
  async run(
    request: CommandRequest,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly onOutput: (text: string) => void },
  ): Promise<{ readonly text: string; readonly end: ProcessEnd }> {
    const output = new OutputBuffer();
    const onQuestion = (): void => options.onOutput(`\n${unanswered}\n`);
    const running = this.#start(request, { ...options, background: false, onQuestion }, (raw) =>
      options.onOutput(output.push(raw)),
    );
    const end = await running.ended;
    return { text: output.text(), end };
  }

  startBackground(request: CommandRequest): BackgroundCommand {
    const output = new OutputBuffer();
    const run = new BackgroundRun(++this.#lastId, request, output);
    run.watch(this.#start(request, { background: true }, (raw) => run.push(raw)));
    this.#background.set(run.id, run);
    const ended = [...this.#background.values()].filter((known) => known.end !== undefined);
    for (const old of ended.slice(0, Math.max(0, ended.length - endedMax))) this.#background.delete(old.id);
    return run;
  }

  background(id: number): BackgroundCommand | undefined {
    return this.#background.get(id);
  }

  /** Ids of the commands that are still running. */
  running(): readonly number[] {
    return [...this.#background.values()].filter((run) => run.end === undefined).map((run) => run.id);
  }

  #start(
    { command, folder }: CommandRequest,
    options: {
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
      readonly background: boolean;
      readonly onQuestion?: () => void;
    },
    onOutput: (raw: string) => void,
  ): RunningProcess {
    const { groups, mirror } = this.#parts;
    const environment = this.#parts.environment();
    const shown = mirror.open({ line: command, folder, background: options.background }, () => running.stop());
    const running = groups.start(
      {
        ...shellCall(command, environment),
        folder,
        environment,
        ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      },
      (raw) => {
        shown.write(raw);
        onOutput(raw);
        question.push(raw);
      },
      options.signal,
    );
    const question = new QuestionWatch(this.#parts.quietMs ?? quietMsDefault, () => {
      shown.write(`\r\n${unanswered}\r\n`);
      options.onQuestion?.();
    });
    void running.ended.then((end) => {
      question.dispose();
      shown.end(endText(end, options.timeoutMs));
    });
    return running;
  }
}

class BackgroundRun implements BackgroundCommand {
  readonly id: number;
  readonly command: string;
  readonly folder: string;
  readonly #output: OutputBuffer;
  #running: RunningProcess | undefined;
  #end: ProcessEnd | undefined;
  /** The end of all output. */
  #last = '';
  #fresh = false;
  #waiting: (() => void)[] = [];

  constructor(id: number, { command, folder }: CommandRequest, output: OutputBuffer) {
    this.id = id;
    this.command = command;
    this.folder = folder;
    this.#output = output;
  }

  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  get asks(): boolean {
    const end = this.#end;
    return end?.kind === 'exited' ? wantedAnswer(this.#last, end.code) : endsInQuestion(this.#last);
  }

  watch(running: RunningProcess): void {
    this.#running = running;
    void running.ended.then((end) => {
      this.#end = end;
      this.#tell();
    });
  }

  push(raw: string): void {
    const text = this.#output.push(raw);
    if (text === '') return;
    this.#last = (this.#last + text).slice(-lastMax);
    this.#fresh = true;
    this.#tell();
  }

  take(): string {
    this.#fresh = false;
    return this.#output.take();
  }

  async changed(): Promise<void> {
    if (this.#fresh || this.#end !== undefined) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#running?.stop();
    await this.#running?.ended;
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** How a command ended, as the last line of its result. */
export function endText(end: ProcessEnd, timeoutMs?: number): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'timedOut':
      return `timed out after ${(timeoutMs ?? 0) / 1000} s`;
    case 'stopped':
      return 'stopped by the user';
    case 'failed':
      return `could not start: ${end.message}`;
  }
}
