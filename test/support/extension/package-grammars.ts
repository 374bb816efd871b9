import path from 'node:path';
import type { GrammarFiles } from '../../../extension/context/grammar-files.ts';

/** Grammars that @vscode/tree-sitter-wasm does not have, with the packages that do. */
const otherPackages: Readonly<Record<string, string>> = {
  c: 'tree-sitter-c',
  lua: '@tree-sitter-grammars/tree-sitter-lua',
  dart: '@cursorless/tree-sitter-wasms/out',
  elixir: '@cursorless/tree-sitter-wasms/out',
  hcl: '@cursorless/tree-sitter-wasms/out',
  kotlin: '@cursorless/tree-sitter-wasms/out',
  scala: '@cursorless/tree-sitter-wasms/out',
  swift: '@cursorless/tree-sitter-wasms/out',
  zig: '@cursorless/tree-sitter-wasms/out',
};

/** The grammars of the packages installed below `root`, the repository. */
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
