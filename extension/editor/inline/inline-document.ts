import * as vscode from 'vscode';
import type { RewriteSurroundings } from '../../rewrite/rewrite-prompt.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { translate } from '../../translation.ts';
import type { Span } from '../../rewrite/edit-target.ts';
import { gatherSurroundings, type DefinitionLookup } from '../../rewrite/gather-surroundings.ts';
import type { InlineDocument } from '../../inline/inline-parts.ts';
import type { VsCodeBuffer } from '../documents/buffer.ts';

export interface DocumentParts {
  readonly syntax: Syntax;
  readonly lookup: DefinitionLookup;
  readonly relative: (absolute: string) => string;
  /** Why the file may not be changed: trust, rules; undefined for documents that are no files. */
  readonly permission: (file: string | undefined) => Promise<Refusal | undefined>;
  /** Why this part may not be changed now: other chats. */
  readonly conflict: (span: Span) => Refusal | undefined;
}

/** A document of the editor, for an inline chat. */
export class VsCodeInlineDocument implements InlineDocument {
  readonly buffer: VsCodeBuffer;
  readonly #document: vscode.TextDocument;
  readonly #parts: DocumentParts;
  /** Whether the editor said that it is read-only. */
  readonly #isReadOnly: boolean;

  constructor(
    document: vscode.TextDocument,
    buffer: VsCodeBuffer,
    parts: DocumentParts,
    options: { readonly readOnly: boolean },
  ) {
    this.buffer = buffer;
    this.#document = document;
    this.#parts = parts;
    this.#isReadOnly = options.readOnly;
  }

  get language(): string {
    return this.#document.languageId;
  }

  get path(): string {
    const { scheme, fsPath, path } = this.#document.uri;
    return scheme === 'untitled' ? path : this.#parts.relative(fsPath);
  }

  async refusal(span: Span): Promise<Refusal | undefined> {
    const { uri } = this.#document;
    const denied = await this.#parts.permission(
      uri.scheme === 'file' || uri.scheme === 'vscode-notebook-cell' ? uri.fsPath : undefined,
    );
    if (denied !== undefined) return denied;
    if (this.#isReadOnly || (await isReadOnly(uri)))
      return new Refusal(translate('This file is read-only. Questions about it are answered.'));
    return this.#parts.conflict(span);
  }

  problems(span: Span): readonly { readonly line: number; readonly message: string; readonly isError: boolean }[] {
    const [from, to] = [this.#document.positionAt(span.from), this.#document.positionAt(span.to)];
    return vscode.languages
      .getDiagnostics(this.#document.uri)
      .filter(
        ({ range, severity }) =>
          severity <= vscode.DiagnosticSeverity.Warning &&
          range.start.isBeforeOrEqual(to) &&
          range.end.isAfterOrEqual(from),
      )
      .sort((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
      .map(({ range, message, severity }) => ({
        line: Math.max(0, range.start.line - from.line) + 1,
        message: message.replace(/\s+/g, ' '),
        isError: severity === vscode.DiagnosticSeverity.Error,
      }));
  }

  surroundings(text: string, span: Span): Promise<RewriteSurroundings> {
    const { syntax, lookup } = this.#parts;
    return gatherSurroundings(
      syntax,
      lookup,
      { uri: this.buffer.uri, path: this.path, language: this.language, text, span },
      this.problems(span),
    );
  }
}

/** Documents of git and other views cannot be written, nor files without that permission. */
async function isReadOnly(uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme === 'untitled' || uri.scheme === 'vscode-notebook-cell') return false;
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return true;
  if (uri.scheme !== 'file') return vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== true;
  return vscode.workspace.fs.stat(uri).then(
    ({ permissions = 0 }) => (permissions & vscode.FilePermission.Readonly) !== 0,
    () => false,
  );
}
