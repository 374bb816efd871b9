import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The places that name the engine's release, relative to the root. */
const pinnedFiles = ['package.json', 'native/addon/llama-source.mjs'] as const;

/** One release as the project names it. */
export interface EnginePin {
  /** Of node-llama-cpp, "3.21.1". */
  readonly packageVersion: string;
  /** Of its tarball, "sha512-…". */
  readonly integrity: string;
  /** Of llama.cpp, "0.4.0". */
  readonly llamaRelease: string;
}

/** Writes the pin into the files of the tree at `root`. Throws, and changes nothing, where one has another form. */
export function writePin(root: string, pin: EnginePin): void {
  const changed = pinnedFiles.map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8');
    return { name, text: name === 'package.json' ? inManifest(text, pin) : inSource(text, pin) };
  });
  for (const { name, text } of changed) writeFileSync(path.join(root, name), text);
}

function inManifest(text: string, { packageVersion }: EnginePin): string {
  return replaceIn(text, /("@node-llama-cpp\/[\w-]+": ")[^"]*(")/g, packageVersion);
}

function inSource(text: string, { packageVersion, integrity, llamaRelease }: EnginePin): string {
  const values = { packageVersion, integrity, llamaRelease };
  return Object.entries(values).reduce(
    (source, [name, value]) => replaceIn(source, new RegExp(`(\\bconst ${name} = ')[^']*(')`), value),
    text,
  );
}

function replaceIn(text: string, pattern: RegExp, value: string): string {
  if (text.search(pattern) === -1) throw new Error(`The pin of the release was not found (${pattern.source}).`);
  return text.replace(pattern, (_whole, before: string, after: string) => `${before}${value}${after}`);
}
