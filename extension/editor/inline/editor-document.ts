import * as vscode from 'vscode';
import type { InlineDocument } from '../../inline/inline-document.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import type { RewriteSurroundings } from '../../rewrite/rewrite-prompt.ts';
import type { Span } from '../../workspace/span.ts';
import type { DocumentBuffer } from '../documents/buffer.ts';
import type { CodeContext } from '../documents/code-context.ts';
import { problemsIn, type SpanProblem } from '../documents/span-problems.ts';

/** Why an inline edit must not be made. */
export interface InlineRefusals {
  /** By workspace trust or the user's rules. `file` is undefined for untitled documents. */
  readonly permission: (file: string | undefined) => Promise<Refusal | undefined>;
  /** By another chat that is open at this span. */
  readonly conflict: (span: Span) => Refusal | undefined;
  /** True if VS Code said that the editor is read-only. */
  readonly isReadOnly: boolean;
}

/** A document of VS Code for an inline chat. */
export class EditorInlineDocument implements InlineDocument {
  readonly buffer: DocumentBuffer;
  readonly #document: vscode.TextDocument;
  readonly #context: CodeContext;
  readonly #refusals: InlineRefusals;

  constructor(document: vscode.TextDocument, buffer: DocumentBuffer, context: CodeContext, refusals: InlineRefusals) {
    this.buffer = buffer;
    this.#document = document;
    this.#context = context;
    this.#refusals = refusals;
  }

  get language(): string {
    return this.#document.languageId;
  }

  get path(): string {
    return this.#context.pathOf(this.#document);
  }

  async refusal(span: Span): Promise<Refusal | undefined> {
    const { uri } = this.#document;
    const isFile = uri.scheme === 'file' || uri.scheme === 'vscode-notebook-cell';
    const denied = await this.#refusals.permission(isFile ? uri.fsPath : undefined);
    if (denied !== undefined) return denied;
    if (this.#refusals.isReadOnly || (await isReadOnly(uri)))
      return new Refusal(vscode.l10n.t('This file is read-only. You can still ask questions about it.'));
    return this.#refusals.conflict(span);
  }

  problems(span: Span): readonly SpanProblem[] {
    return problemsIn(this.#document, span);
  }

  surroundings(text: string, span: Span): Promise<RewriteSurroundings> {
    return this.#context.surroundings(this.#document, span, text);
  }
}

/** True for documents of git and other views, and for files without write permission. */
async function isReadOnly(uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme === 'untitled' || uri.scheme === 'vscode-notebook-cell') return false;
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return true;
  if (uri.scheme !== 'file') return vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== true;
  return vscode.workspace.fs.stat(uri).then(
    ({ permissions = 0 }) => (permissions & vscode.FilePermission.Readonly) !== 0,
    () => false,
  );
}
