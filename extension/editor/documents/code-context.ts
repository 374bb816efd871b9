import type * as vscode from 'vscode';
import { gatherSurroundings, type DefinitionLookup } from '../../rewrite/gather-surroundings.ts';
import type { RewriteSurroundings } from '../../rewrite/rewrite-prompt.ts';
import type { Span } from '../../workspace/span.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { problemsIn } from './span-problems.ts';

/** Facts about a document for the model, besides the code itself. */
export class CodeContext {
  readonly #syntax: Syntax;
  readonly #lookup: DefinitionLookup;
  readonly #relative: (absolute: string) => string;

  constructor(syntax: Syntax, lookup: DefinitionLookup, relative: (absolute: string) => string) {
    this.#syntax = syntax;
    this.#lookup = lookup;
    this.#relative = relative;
  }

  /** The document's path for the model: relative to the workspace; the name of an untitled document. */
  pathOf(document: vscode.TextDocument): string {
    return document.isUntitled ? document.uri.path : this.#relative(document.uri.fsPath);
  }

  /** For larger models: the code around a span, the definitions it uses, and its problems. */
  surroundings(
    document: vscode.TextDocument,
    span: Span,
    text: string = document.getText(),
  ): Promise<RewriteSurroundings> {
    return gatherSurroundings(
      this.#syntax,
      this.#lookup,
      {
        uri: document.uri.toString(),
        path: this.pathOf(document),
        language: document.languageId,
        text,
        span: { from: span.from, to: span.to },
      },
      problemsIn(document, span),
    );
  }
}
