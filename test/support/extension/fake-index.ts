// Faked: the source index. A test describes by hand what each file defines (`name(params)`, `Class`,
// `Class.method(params)`), uses and imports.
import path from 'node:path';
import type { Definition } from '../../../extension/workspace/definitions.ts';
import type { SourceFile, SourceIndex } from '../../../extension/workspace/source-index.ts';
import { isTestCode } from '../../../extension/workspace/test-file-name.ts';

export interface FileSketch {
  readonly defines?: readonly string[];
  readonly uses?: readonly string[];
  readonly imports?: readonly string[];
}

const endings: Readonly<Record<string, string>> = {
  '.ts': 'typescript',
  '.js': 'javascript',
  '.py': 'python',
  '.go': 'go',
  '.java': 'java',
  '.c': 'c',
};

export function sketchedFile(name: string, { defines = [], uses = [], imports = [] }: FileSketch): SourceFile {
  const references = new Map<string, number>();
  for (const use of uses) references.set(use, (references.get(use) ?? 0) + 1);
  return {
    path: path.posix.join('/w', name),
    language: endings[path.extname(name)] ?? '',
    definitions: defines.map((text, at) => sketchedDefinition(text, at, defines)),
    references,
    imports,
    isTest: isTestCode(name),
  };
}

function sketchedDefinition(text: string, at: number, all: readonly string[]): Definition {
  const name = /^(?:\w+\.)?(\w+)/.exec(text)?.[1] ?? '';
  const method = /^\w+\./.test(text);
  const isClass = /^[A-Z]\w*$/.test(text);
  const members = all.filter((other) => other.startsWith(`${name}.`)).length;
  const topKind = isClass ? 'class' : 'function';
  return {
    name,
    kind: method ? 'method' : topKind,
    line: at + 1,
    endLine: at + 1 + (isClass ? members : 0),
    topLevel: !method,
    parameters: isClass ? undefined : [],
    signature: method
      ? `${text.replace(/^\w+\./, '')} {`
      : isClass
        ? `export class ${text} {`
        : `export function ${text} {`,
  };
}

export class FakeIndex implements SourceIndex {
  readonly #files = new Map<string, SourceFile>();
  readonly #listeners = new Set<() => void>();
  /** The first pass; replaced by tests that need it to take its time. */
  first: Promise<void> = Promise.resolve();
  readonly progress = { done: 0, total: 0 };

  constructor(files: Readonly<Record<string, FileSketch>>) {
    for (const [name, sketch] of Object.entries(files)) this.put(name, sketch);
  }

  put(name: string, sketch: FileSketch): void {
    const file = sketchedFile(name, sketch);
    this.#files.set(file.path, file);
    for (const listener of this.#listeners) listener();
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.race([
      this.first,
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('stopped')));
      }),
    ]);
  }

  files(): readonly SourceFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  file(absolute: string): SourceFile | undefined {
    return this.#files.get(absolute);
  }

  definedNames(): Iterable<string> {
    return new Set(this.files().flatMap((file) => file.definitions.map(({ name }) => name)));
  }

  definitionsOf(name: string) {
    return this.files().flatMap((file) =>
      file.definitions.filter((definition) => definition.name === name).map((definition) => ({ file, definition })),
    );
  }

  usedIn(name: string): readonly SourceFile[] {
    return this.files().filter((file) => file.references.has(name));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
