import path from 'node:path';
import type { FirstLook } from '../workspace/first-look.ts';
import { paced } from './paced.ts';
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
export async function firstLook(index: SourceIndex, relative: (absolute: string) => string): Promise<FirstLook> {
  const programs = index.files().filter(({ language }) => names[language] !== undefined);
  const language = mostOf(programs.map((file) => names[file.language] ?? ''));
  const own = programs.filter((file) => names[file.language] === language);
  const [test] = byDepth(own.filter(({ isTest }) => isTest));
  return { language, test: test && relative(test.path), functionName: await usedFunction(index, own) };
}

/** True if a small model was taught that language. Of an unknown project nothing is said. */
export function isTaught(language: string | undefined): boolean {
  return language === undefined || taught.has(language);
}

/** The function with the most uses in other files; the names of the shortest paths come first. */
async function usedFunction(index: SourceIndex, files: readonly SourceFile[]): Promise<string | undefined> {
  const pause = paced();
  const defined: { readonly name: string; readonly file: SourceFile }[] = [];
  for (const file of byDepth(files.filter(({ isTest }) => !isTest))) {
    if (defined.length >= functionsMax) break;
    for (const { kind, topLevel, name } of file.definitions)
      if (kind === 'function' && topLevel && name.length > 2) defined.push({ name, file });
    await pause();
  }
  const own = new Set(files);
  let best: { readonly name: string; readonly uses: number } | undefined;
  for (const { name, file } of defined.slice(0, functionsMax)) {
    const uses = index.usedIn(name).filter((other) => other !== file && own.has(other)).length;
    if (best === undefined || uses > best.uses) best = { name, uses };
    await pause();
  }
  return best?.name;
}

function mostOf(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** The files with the shortest paths first. */
function byDepth(files: readonly SourceFile[]): SourceFile[] {
  const depths = new Map(files.map((file) => [file, file.path.split(path.sep).length]));
  return [...files].sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || (a.path < b.path ? -1 : 1));
}
