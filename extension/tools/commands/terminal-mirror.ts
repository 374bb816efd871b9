/** Shows running commands to the user, who can stop them there. */
export interface TerminalMirror {
  /** Called when a command starts. `stop` is called when the user closes its terminal or presses Ctrl+C in it. */
  open(command: MirroredCommand, stop: () => void): MirrorOutput;
}

export interface MirroredCommand {
  /** The command as the user would type it. */
  readonly line: string;
  readonly folder: string;
  /** True for a background command, which gets a terminal of its own. */
  readonly background: boolean;
}

export interface MirrorOutput {
  /** Takes raw output, ANSI codes included. */
  write(raw: string): void;
  end(note: string): void;
}
