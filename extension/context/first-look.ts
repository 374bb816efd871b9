import path from 'node:path';
import type { FirstLook } from '../workspace/first-look.ts';
import type { SourceFile, SourceIndex } from '../workspace/source-index.ts';

export const nothingSeen: FirstLook = { language: undefined, test: undefined, functionName: undefined };

/** Names of the languages that programs are written in, by grammar. Others, such as CSS, do not make a project. */
const names: Readonly<Record<string, string>> = {
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  tsx: 'TypeScript',
  python: 'Python',
  rust: 'Rust',
  go: 'Go',
  java: 'Java',
  c: 'C',
  cpp: 'C++',
  'c-sharp': 'C#',
  ruby: 'Ruby',
  php: 'PHP',
  lua: 'Lua',
  powershell: 'PowerShell',
};
/** Small models were taught these. */
const taught: ReadonlySet<string> = new Set(['JavaScript', 'TypeScript']);
/** Functions that are looked at for the one that is used most. */
const functionsMax = 200;

/** Looks at the indexed files. `relative` gives the path that the user knows a file by. */
export function firstLook(index: SourceIndex, relative: (absolute: string) => string): FirstLook {
  const programs = index.files().filter(({ language }) => names[language] !== undefined);
  const language = mostOf(programs.map((file) => names[file.language] ?? ''));
  const own = programs.filter((file) => names[file.language] === language);
  const test = own.filter(({ isTest }) => isTest).sort(byDepth)[0];
  return { language, test: test && relative(test.path), functionName: usedFunction(own) };
}

/** True if a small model was taught that language. Of an unknown project nothing is said. */
export function isTaught(language: string | undefined): boolean {
  return language === undefined || taught.has(language);
}

/** The function with the most uses in other files; the names of the shortest paths come first. */
function usedFunction(files: readonly SourceFile[]): string | undefined {
  const defined = files
    .filter(({ isTest }) => !isTest)
    .sort(byDepth)
    .flatMap((file) =>
      file.definitions
        .filter(({ kind, topLevel, name }) => kind === 'function' && topLevel && name.length > 2)
        .map(({ name }) => ({ name, file })),
    )
    .slice(0, functionsMax);
  let best: { readonly name: string; readonly uses: number } | undefined;
  for (const { name, file } of defined) {
    const uses = files.filter((other) => other !== file && other.references.has(name)).length;
    if (best === undefined || uses > best.uses) best = { name, uses };
  }
  return best?.name;
}

function mostOf(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function byDepth(a: SourceFile, b: SourceFile): number {
  const depth = (file: SourceFile): number => file.path.split(path.sep).length;
  return depth(a) - depth(b) || (a.path < b.path ? -1 : 1);
}
