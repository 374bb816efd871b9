/** Shows running commands to the user, who can stop them there. */
export interface TerminalMirror {
  /** A command starts. `stop` is called when the user closes its terminal or presses Ctrl+C in it. */
  open(command: MirroredCommand, stop: () => void): MirrorOutput;
}

export interface MirroredCommand {
  /** What is run, as the user would type it. */
  readonly line: string;
  readonly folder: string;
  /** It goes on while others run, and gets a terminal of its own. */
  readonly background: boolean;
}

export interface MirrorOutput {
  /** Output as it came, ANSI codes included. */
  write(raw: string): void;
  end(note: string): void;
}
