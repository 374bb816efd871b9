import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Node } from 'web-tree-sitter';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { readFacts } from '../../../../extension/context/parsing/file-facts.ts';
import { LanguageLoader } from '../../../../extension/context/parsing/language-loader.ts';
import { languageOfFile } from '../../../../extension/context/parsing/languages.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';

interface Tag {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly language: string;
  readonly kind: string;
}

interface Recall {
  readonly missed: Tag[];
  found: number;
}

/** Kinds of ctags that name nothing a map could show: imports, packages, variables without a place of their own. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  C: ['header', 'externvar'],
  'C++': ['header', 'externvar', 'using', 'alias', 'name'],
  'C#': ['typedef', 'macro'],
  CSS: ['selector'],
  Go: ['package', 'packageName', 'unknown', 'anonMember'],
  Java: ['package'],
  JavaScript: ['unknown'],
  Kotlin: ['package'],
  PHP: ['namespace', 'variable', 'alias'],
  PowerShell: ['variable'],
  Python: ['namespace', 'module', 'unknown'],
  RSpec: ['context', 'describe'],
  Ruby: ['library'],
  Rust: ['implementation'],
  Sh: ['script', 'heredoc'],
};
/** Kinds that ctags also finds inside functions. */
const localKinds: ReadonlySet<string> = new Set(['variable', 'constant', 'property', 'alias', 'class']);
const bytesMax = 1_000_000;
const shownMisses = 8;
const goal = 0.97;

/**
 * Prints, for each language and kind of definition that universal-ctags finds below a folder, the share that the index
 * finds at the same line, and some of those it misses. `only`: the language whose misses are all printed.
 */
export async function compareCtags(root: string, folder: string, only: string): Promise<void> {
  const files = grammarsOfPackages(root);
  const loader = new LanguageLoader(files.runtime, grammarFilesByName(files));
  const recalls = new Map<string, Recall>();
  const byFile = new Map<string, Tag[]>();
  for (const tag of tagsOf(folder)) {
    const tags = byFile.get(tag.path);
    if (tags === undefined) byFile.set(tag.path, [tag]);
    else tags.push(tag);
  }
  for (const [file, tags] of byFile) {
    const language = languageOfFile(file);
    if (language === undefined || statSync(file).size > bytesMax) continue;
    const text = readFileSync(file, 'utf8');
    const loaded = await loader.load(language);
    const tree = loaded.parse(text);
    const own = new Set<string>();
    if (tree !== undefined)
      for (const { name, line } of readFacts(tree.rootNode, text, loaded.query, language).definitions)
        for (const near of [line - 1, line, line + 1]) for (const form of formsOf(name)) own.add(`${near} ${form}`);
    const judged = tree === undefined ? tags : tags.filter((tag) => isShown(tag, tree.rootNode, text));
    tree?.delete();
    for (const tag of judged) {
      const key = `${tag.language}\t${tag.kind}`;
      const recall = recalls.get(key) ?? { missed: [], found: 0 };
      recalls.set(key, recall);
      if (own.has(`${tag.line} ${plainName(tag)}`)) recall.found++;
      else recall.missed.push(tag);
    }
  }
  for (const [key, recall] of [...recalls].sort(([a], [b]) => (a < b ? -1 : 1))) print(key, recall, only, folder);
}

/** A name, and as ctags may write it: without a mark of Ruby, with a space after `operator`. */
function formsOf(name: string): string[] {
  return [name, name.replace(/[?!]$/, ''), name.replace(/^operator(?=\W)\s*/, 'operator ')];
}

/** The name as the index has it: without class or table, without what makes a writer of a Ruby attribute. */
function plainName({ name, language, kind }: Tag): string {
  if (language === 'Lua') return name.replace(/^.*[.:]/, '');
  if (language === 'Ruby' && kind === 'accessor') return name.replace(/=$/, '');
  if (language === 'C++' && kind === 'namespace') return name.replace(/^.*::/, '');
  if (language === 'CSS') return /^.*[.#]([\w-]+)/.exec(name)?.[1] ?? name;
  return name;
}

/** False for variables of a function and for names that an import or a declaration of a module gives. */
function isShown({ name, line, kind, language }: Tag, root: Node, text: string): boolean {
  const row = text.split('\n')[line - 1] ?? '';
  if (language === 'Rust' && kind === 'module') return !row.trimEnd().endsWith(';');
  if (!localKinds.has(kind)) return true;
  if (/^\s*import\b|^\s*export\b.*\bfrom\b|\brequire\(/.test(row)) return false;
  let node = root.descendantForPosition({ row: line - 1, column: Math.max(row.indexOf(name), 0) });
  for (; node !== null; node = node.parent)
    if (/function|arrow|method_def|lambda|^import/.test(node.type)) return false;
  return true;
}

function print(key: string, { missed, found }: Recall, only: string, folder: string): void {
  const [language = '', kind = ''] = key.split('\t');
  const share = found / (found + missed.length);
  console.log(
    `${language.padEnd(12)} ${kind.padEnd(16)} ${found} of ${found + missed.length} (${(100 * share).toFixed(1)} %)`,
  );
  let shown = share < goal ? shownMisses : 0;
  if (only !== '') shown = language === only ? missed.length : 0;
  for (const tag of missed.slice(0, shown))
    console.log(`               ${path.relative(folder, tag.path)}:${tag.line} ${tag.name}`);
}

/** What ctags finds in files of languages known here, without names that it makes up. */
function tagsOf(folder: string): Tag[] {
  const options = ['--output-format=json', '--fields=+nKl', '--extras=-{anonymous}', '--sort=no', '-f', '-', '-R'];
  const excluded = ['node_modules', '.git'].map((name) => `--exclude=${name}`);
  const out = execFileSync('ctags', [...options, ...excluded, folder], { maxBuffer: 1 << 30, encoding: 'utf8' });
  return out
    .split('\n')
    .filter((line) => line.startsWith('{"_type": "tag"'))
    .map((line) => JSON.parse(line) as Tag)
    .filter(({ name, language, kind }) => !name.startsWith('__anon') && leftOut[language]?.includes(kind) !== true);
}
