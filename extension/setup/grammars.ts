import { loadShellReader, type ShellReader } from '../permission/shell-command.ts';
import { loadDefinitionReader, type DefinitionReader } from '../context/definitions.ts';
import type { GrammarFiles } from '../context/grammar-files.ts';

/** The readers that need a grammar, each loaded on first use: starting the extension loads none. */
export class Grammars {
  readonly #files: GrammarFiles;
  #definitions: Promise<DefinitionReader> | undefined;
  #shell: Promise<ShellReader> | undefined;

  constructor(files: GrammarFiles) {
    this.#files = files;
  }

  definitions(): Promise<DefinitionReader> {
    this.#definitions ??= loadDefinitionReader(this.#files);
    return this.#definitions;
  }

  shell(): Promise<ShellReader> {
    this.#shell ??= loadShellReader(this.#files);
    return this.#shell;
  }
}
