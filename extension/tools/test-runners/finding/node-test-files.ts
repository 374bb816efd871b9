import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { globMatcher } from '../../search/glob-matcher.ts';

/** Names that `node --test` itself runs in any folder; below a folder named `test` it runs every script. */
const testName = /^(test|test-.+|.+[._-]test)\.[cm]?[jt]s$/;
const script = /\.[cm]?[jt]s$/;
const typescript = /\.[cm]?ts$/;
/** A project has fewer; more would be generated. */
const entriesMax = 100_000;

export interface NodeTestFileOptions {
  /** Whether Node runs TypeScript here. */
  readonly typescript: boolean;
}

/** The test files below a folder as `node --test` finds them (Node 20 to 24), absolute, sorted. */
export async function nodeTestFiles(folder: string, options: NodeTestFileOptions): Promise<string[]> {
  return (await filesBelow(folder)).filter((file) => {
    const inside = path.relative(folder, file).split(path.sep);
    const name = inside.at(-1) ?? '';
    if (name.endsWith('.d.ts') || (typescript.test(name) && !options.typescript)) return false;
    return testName.test(name) || (script.test(name) && inside.slice(0, -1).includes('test'));
  });
}

/** The files that a test script names: paths, folders and patterns, relative to the folder. */
export async function namedFiles(
  patterns: readonly string[],
  folder: string,
  options: NodeTestFileOptions,
): Promise<string[]> {
  const all = await filesBelow(folder);
  const tests = await nodeTestFiles(folder, options);
  const found = patterns.flatMap((pattern) => {
    const clean = pattern.replace(/^\.\//, '').replace(/\/$/, '');
    const exact = path.resolve(folder, clean);
    if (all.includes(exact)) return [exact];
    const below = tests.filter((file) => file.startsWith(exact + path.sep));
    if (below.length > 0) return below;
    const matches = globMatcher(`./${clean}`);
    return all.filter((file) => matches(path.relative(folder, file).split(path.sep).join('/')));
  });
  return [...new Set(found)].sort();
}

/** Absolute, sorted; without packages, virtual environments and hidden folders. */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined && files.length < entriesMax; current = pending.pop()) {
    const entries = await readdir(current, { withFileTypes: true });
    // A virtual environment of Python holds other people's tests.
    if (entries.some((entry) => entry.name === 'pyvenv.cfg')) continue;
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const full = path.join(current, entry.name);
      if (entry.isDirectory()) pending.push(full);
      else if (entry.isFile()) files.push(full);
    }
  }
  return files.sort();
}
