import { readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';

/** Names that `node --test` takes for tests, wherever they stand; and everything below a folder named test. */
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
export function nodeTestFiles(folder: string, options: NodeTestFileOptions): string[] {
  return filesBelow(folder).filter((file) => {
    const inside = path.relative(folder, file).split(path.sep);
    const name = inside.at(-1) ?? '';
    if (name.endsWith('.d.ts') || (typescript.test(name) && !options.typescript)) return false;
    return testName.test(name) || (script.test(name) && inside.slice(0, -1).includes('test'));
  });
}

/** The files that a test script names: paths, folders and patterns, relative to the folder. */
export function namedFiles(patterns: readonly string[], folder: string, options: NodeTestFileOptions): string[] {
  const all = filesBelow(folder);
  const found = patterns.flatMap((pattern) => {
    const clean = pattern.replace(/^\.\//, '').replace(/\/$/, '');
    const exact = path.resolve(folder, clean);
    if (all.includes(exact)) return [exact];
    const below = nodeTestFiles(folder, options).filter((file) => file.startsWith(exact + path.sep));
    if (below.length > 0) return below;
    const matches = picomatch(clean, { dot: false });
    return all.filter((file) => matches(path.relative(folder, file).split(path.sep).join('/')));
  });
  return [...new Set(found)].sort();
}

/** Absolute, sorted; without packages and hidden folders. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined && files.length < entriesMax; current = pending.pop()) {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const full = path.join(current, entry.name);
      if (entry.isDirectory()) pending.push(full);
      else if (entry.isFile()) files.push(full);
    }
  }
  return files.sort();
}
