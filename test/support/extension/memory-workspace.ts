// Faked: the editor's files. A map of texts stands for them; edits happen at once and are always saved.
import path from 'node:path';
import type {
  EditResult,
  FileText,
  WorkspaceEdits,
  WorkspaceFiles,
} from '../../../extension/workspace/workspace-files.ts';

export class MemoryWorkspace implements WorkspaceFiles, WorkspaceEdits {
  readonly folders = [{ name: 'w', path: '/w' }];
  readonly texts = new Map<string, string>();
  readonly binary = new Set<string>();
  /** Files in another encoding than they are read with. */
  readonly lossy = new Set<string>();
  readonly readOnly = new Set<string>();
  /** Files that are open as notebooks. */
  readonly notebooks = new Set<string>();
  saveFails = false;
  problems: string[] = [];
  /** Formats a text before it is saved. */
  format: (text: string) => string = (text) => text;

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(texts)) this.texts.set(this.absolute(name), text);
  }

  absolute(name: string): string {
    return path.resolve('/w', name);
  }

  relative(absolute: string): string {
    const relative = path.relative('/w', absolute);
    return relative.startsWith('..') ? absolute : relative;
  }

  text(name: string): string | undefined {
    return this.texts.get(this.absolute(name));
  }

  async read(absolute: string, bytesMax = 2 << 20): Promise<FileText | undefined> {
    if (this.binary.has(absolute)) return { kind: 'binary', bytes: 10 };
    const text = this.texts.get(absolute);
    if (text !== undefined && text.length > bytesMax) return { kind: 'large', bytes: text.length };
    if (text !== undefined)
      return {
        kind: 'text',
        text,
        dirty: false,
        lossy: this.lossy.has(absolute),
        readOnly: this.readOnly.has(absolute),
        notebook: this.notebooks.has(absolute),
      };
    return [...this.texts.keys()].some((name) => name.startsWith(`${absolute}/`)) ? { kind: 'folder' } : undefined;
  }

  async list(absoluteFolder: string): Promise<readonly string[]> {
    return [...this.texts.keys()]
      .filter((name) => name.startsWith(absoluteFolder))
      .map((name) => this.relative(name))
      .sort();
  }

  async all(): Promise<readonly string[]> {
    return this.list('/w');
  }

  async change(absolute: string, before: string, after: string): Promise<EditResult> {
    if (this.texts.get(absolute) !== before) throw new Error('the text is not what the tool saw');
    return this.#put(absolute, after);
  }

  async create(absolute: string, text: string): Promise<EditResult> {
    return this.#put(absolute, text);
  }

  async remove(absolute: string): Promise<EditResult> {
    this.texts.delete(absolute);
    return { after: '', saved: true, newProblems: [] };
  }

  #put(absolute: string, text: string): EditResult {
    const after = this.format(text);
    this.texts.set(absolute, after);
    return {
      after,
      saved: !this.saveFails,
      saveFailed: this.saveFails,
      newProblems: this.problems,
      ...(after !== text && { reformatted: true }),
    };
  }
}
