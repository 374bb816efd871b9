import path from 'node:path';
import { languages } from './parsing/languages.ts';

/** Where the tree-sitter runtime and its grammars are: one folder in the package, node_modules while developing. */
export interface GrammarFiles {
  readonly runtime: string;
  grammar(name: string): string;
}

/** Grammars that @vscode/tree-sitter-wasm does not have, with the packages that do. */
const otherPackages: Readonly<Record<string, string>> = {
  c: 'tree-sitter-c',
  lua: '@tree-sitter-grammars/tree-sitter-lua',
};

/** Files laid out as the package has them: everything in one folder. */
export function grammarsIn(folder: string): GrammarFiles {
  return {
    runtime: path.join(folder, 'web-tree-sitter.wasm'),
    grammar: (name) => path.join(folder, `tree-sitter-${name}.wasm`),
  };
}

/** Files of the installed packages, `root` being the repository. */
export function grammarsOfPackages(root: string): GrammarFiles {
  return {
    runtime: path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: (name) =>
      path.join(
        root,
        'node_modules',
        otherPackages[name] ?? '@vscode/tree-sitter-wasm/wasm',
        `tree-sitter-${name}.wasm`,
      ),
  };
}

/** The files of all languages' grammars, by name. */
export function grammarFilesByName({ grammar }: GrammarFiles): Record<string, string> {
  return Object.fromEntries(languages.map(({ grammar: name }) => [name, grammar(name)]));
}
