/** Facts about a shell line. */
export interface ShellLine {
  /** Whether `commands` is exactly what the shell will run. */
  readonly readable: boolean;
  /** The simple commands as written. Allow rules must cover each of them. Empty when the line is not readable. */
  readonly commands: readonly ShellCommand[];
  /**
   * All commands that can be seen, also behind wrappers such as `sudo`, in substitutions, in loops and in lines that
   * are not readable. Deny and ask rules look at these.
   */
  readonly seen: readonly ShellCommand[];
  /** Files that the line reads by `<`. */
  readonly files: readonly string[];
}

/** One simple command of a shell line. */
export interface ShellCommand {
  /** Words with quotes resolved. */
  readonly words: readonly string[];
  /** Whether a glob may change its words or add some. */
  readonly globbed?: boolean;
  /** Whether it gets more words while it runs, as behind `xargs`. */
  readonly open?: boolean;
}
