import * as vscode from 'vscode';
import type { MirroredCommand, MirrorOutput, TerminalMirror } from '../../tools/commands/terminal-mirror.ts';
import { plainText } from '../../tools/commands/plain-text.ts';

/** Characters kept for a terminal that VS Code has not opened yet. */
const waitingMax = 200_000;
const interrupt = '\u0003';

/**
 * Shows commands in terminals, without revealing them: background commands get one each, others share one. Closing a
 * terminal, or Ctrl+C in it, stops its command.
 */
export class CommandTerminals implements TerminalMirror, vscode.Disposable {
  readonly #open = new Set<CommandTerminal>();

  open(command: MirroredCommand, stop: () => void): MirrorOutput {
    const name = command.background ? `Moonwright: ${command.line.slice(0, 40)}` : 'Moonwright';
    const idle = command.background
      ? undefined
      : [...this.#open].find((terminal) => terminal.name === name && !terminal.busy);
    const terminal = idle ?? this.#create(name);
    return terminal.begin(command, stop);
  }

  /** Brings the last terminal to the front. */
  show(): void {
    [...this.#open].at(-1)?.show();
  }

  dispose(): void {
    for (const terminal of this.#open) terminal.dispose();
  }

  #create(name: string): CommandTerminal {
    const terminal = new CommandTerminal(name, () => this.#open.delete(terminal));
    this.#open.add(terminal);
    return terminal;
  }
}

class CommandTerminal implements vscode.Pseudoterminal {
  readonly name: string;
  readonly #writes = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#writes.event;
  readonly #terminal: vscode.Terminal;
  readonly #closed: () => void;
  #opened = false;
  #waiting = '';
  #stop: (() => void) | undefined;

  constructor(name: string, closed: () => void) {
    this.name = name;
    this.#closed = closed;
    this.#terminal = vscode.window.createTerminal({
      name,
      pty: this,
      iconPath: new vscode.ThemeIcon('sparkle'),
      isTransient: true,
    });
  }

  get busy(): boolean {
    return this.#stop !== undefined;
  }

  begin(command: MirroredCommand, stop: () => void): MirrorOutput {
    this.#stop = stop;
    this.#write(`\u001B[2m${plainText(command.folder)}\u001B[0m\n\u001B[1m$ ${plainText(command.line)}\u001B[0m\n`);
    return {
      write: (raw) => this.#write(raw),
      end: (note) => {
        this.#stop = undefined;
        this.#write(`\n\u001B[2m${note}\u001B[0m\n\n`);
      },
    };
  }

  show(): void {
    this.#terminal.show(true);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  open(): void {
    this.#opened = true;
    this.#writes.fire(this.#waiting);
    this.#waiting = '';
  }

  close(): void {
    this.#closed();
    this.#stop?.();
    this.#writes.dispose();
  }

  handleInput(data: string): void {
    if (data.includes(interrupt)) this.#stop?.();
  }

  /** A terminal needs carriage returns; programs that print into a pipe send none. */
  #write(raw: string): void {
    const text = raw.replaceAll(/\r?\n/g, '\r\n');
    if (this.#opened) this.#writes.fire(text);
    else this.#waiting = (this.#waiting + text).slice(-waitingMax);
  }
}
