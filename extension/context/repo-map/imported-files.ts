import path from 'node:path';
import type { ProjectModules } from './project-modules.ts';

/** An import that matches more files than this is ambiguous and ignored. */
const meantMax = 3;
const parents = new Set(['crate', 'self', 'super', '']);

/** Languages whose bare imports are names of packages and aliases only. */
const namesPackages = /\.([mc]?[jt]sx?|vue|svelte)$/;

/** Resolves imports to files: by the written path, by what projects say, or by the end of a file's path. */
export class ImportedFiles {
  readonly #modules: ProjectModules;
  readonly #names: string[] = [];
  /** By path with and without the extension; `index` files and packages also by their folder. */
  readonly #byPath = new Map<string, number>();
  /** By the last part of that path, and by the last two. */
  readonly #byEnd = new Map<string, number[]>();

  constructor(modules: ProjectModules) {
    this.#modules = modules;
  }

  /** Adds a workspace-relative path with `/`. Files are numbered in the order of these calls. */
  add(name: string): void {
    const file = this.#names.push(name) - 1;
    this.#byPath.set(name, file);
    for (const stem of stemsOf(name)) {
      if (!this.#byPath.has(stem)) this.#byPath.set(stem, file);
      const parts = stem.split('/');
      for (const end of new Set([parts.slice(-1).join('/'), parts.slice(-2).join('/')])) {
        const known = this.#byEnd.get(end);
        if (known === undefined) this.#byEnd.set(end, [file]);
        else known.push(file);
      }
    }
  }

  /** The files that `imports`, as written in `file`, refer to; never the file itself. */
  of(file: number, imports: readonly string[]): ReadonlySet<number> {
    const found = new Set<number>();
    for (const written of imports)
      for (const target of this.#meant(written.replace(/^['"<]|['">]$/g, ''), this.#names[file] ?? ''))
        found.add(target);
    found.delete(file);
    return found;
  }

  #meant(written: string, user: string): readonly number[] {
    const isRelative = /^\.\.?(\/|$)/.test(written);
    if (isRelative || /[\w-]\.(h|hpp|hh|hxx|inc|php|rb|sh|dart)$/.test(written)) {
      const direct = this.#at(path.posix.join(path.posix.dirname(user), written));
      if (direct !== undefined) return [direct];
      if (isRelative) return [];
    }
    if (namesPackages.test(user)) {
      for (const place of this.#modules.candidates(written, user)) {
        const found = this.#at(place);
        if (found !== undefined) return [found];
      }
      return [];
    }
    // Packages and modules: `pkg.mod`, `crate::mod::item`, `lib/mod`. The last part may be a name within the file.
    const parts = (written.includes('/') ? withoutEnding(written) : written)
      .split(/[./:\\]+/)
      .filter((part) => !parents.has(part));
    for (const length of [parts.length, parts.length - 1]) {
      const meant = length < 1 ? undefined : this.#byEnd.get(parts.slice(Math.max(0, length - 2), length).join('/'));
      if (meant !== undefined && meant.length <= meantMax) return meant;
    }
    return [];
  }

  /** The file at a path, written with any ending or none, or as its folder. */
  #at(place: string): number | undefined {
    const name = path.posix.normalize(place).replace(/\/$/, '');
    return this.#byPath.get(name) ?? this.#byPath.get(withoutEnding(name));
  }
}

function withoutEnding(name: string): string {
  return name.replace(/(\.d)?\.\w+$/, '');
}

function stemsOf(name: string): string[] {
  const stem = withoutEnding(name);
  const folder = /^(.+)\/(index|__init__|mod|main|lib)$/.exec(stem)?.[1];
  return folder === undefined ? [stem] : [stem, folder];
}
