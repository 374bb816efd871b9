import { loadShellReader, type ShellReader } from './shell-command.ts';
import type { GrammarFiles } from '../context/grammar-files.ts';

/** The readers that need a grammar in this thread, each loaded on first use: starting the extension loads none. */
export class Grammars {
  readonly #files: GrammarFiles;
  #shell: Promise<ShellReader> | undefined;

  constructor(files: GrammarFiles) {
    this.#files = files;
  }

  shell(): Promise<ShellReader> {
    this.#shell ??= loadShellReader(this.#files);
    return this.#shell;
  }
}
