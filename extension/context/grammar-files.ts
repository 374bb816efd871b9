import path from 'node:path';
import { languages } from './parsing/languages.ts';

/** The files of the tree-sitter runtime and its grammars. */
export interface GrammarFiles {
  readonly runtime: string;
  grammar(name: string): string;
}

/** The files in one folder, as the packaged extension has them. */
export function grammarsIn(folder: string): GrammarFiles {
  return {
    runtime: path.join(folder, 'web-tree-sitter.wasm'),
    grammar: (name) => path.join(folder, `tree-sitter-${name}.wasm`),
  };
}

/** The grammar files of all languages, by grammar name. */
export function grammarFilesByName({ grammar }: GrammarFiles): Record<string, string> {
  return Object.fromEntries(languages.map(({ grammar: name }) => [name, grammar(name)]));
}
