/** The arguments of a runner in a package script, split into options and paths. */
export interface ScriptArguments {
  /** Options with their values, in order. */
  readonly options: readonly string[];
  /** Files and patterns. */
  readonly positional: readonly string[];
}

export interface OptionKinds {
  /** Options that take the next word as their value. */
  readonly valued: ReadonlySet<string>;
  /** Options that must not reach the run: watching, other reporters, coverage. */
  readonly unwanted: RegExp;
}

export function splitArguments(words: readonly string[], { valued, unwanted }: OptionKinds): ScriptArguments {
  const options: string[] = [];
  const positional: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') continue;
    if (!word.startsWith('-')) {
      positional.push(word);
      continue;
    }
    const value = valued.has(word) ? words[++at] : undefined;
    if (!unwanted.test(word)) options.push(word, ...(value === undefined ? [] : [value]));
  }
  return { options, positional };
}

/** A file's relative path as an argument: never an option, nor a file of options (`@file` to pytest). */
export function fileArgument(relative: string): string {
  return /^[-@]/.test(relative) ? `./${relative}` : relative;
}

/** A regular expression that matches exactly this text. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
