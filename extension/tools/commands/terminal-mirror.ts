/** Shows running commands to the user and lets the user stop them. */
export interface TerminalMirror {
  /** Called when a command starts. `stop` is called when the user closes its terminal or presses Ctrl+C in it. */
  open(command: MirroredCommand, stop: () => void): MirrorOutput;
}

export interface MirroredCommand {
  /** The command as the user would type it. */
  readonly line: string;
  readonly folder: string;
  /** True for a background command: it gets its own terminal. */
  readonly background: boolean;
}

export interface MirrorOutput {
  /** Takes raw output, ANSI codes included. */
  write(raw: string): void;
  end(note: string): void;
}
