import * as vscode from 'vscode';
import type { Span } from '../../workspace/span.ts';
import { rangeOf } from './open-documents.ts';

/** An error or warning within a span. */
export interface SpanProblem {
  /** From 1, counted in the span. */
  readonly line: number;
  /** On one line. */
  readonly message: string;
  readonly isError: boolean;
}

/** Errors and warnings within a span of a document, errors first, then in the order of the text. */
export function problemsIn(document: vscode.TextDocument, span: Span): SpanProblem[] {
  const part = rangeOf(document, span);
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter(
      ({ range, severity }) => severity <= vscode.DiagnosticSeverity.Warning && range.intersection(part) !== undefined,
    )
    .sort((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
    .map(({ range, message, severity }) => ({
      line: Math.max(0, range.start.line - part.start.line) + 1,
      message: message.replace(/\s+/g, ' '),
      isError: severity === vscode.DiagnosticSeverity.Error,
    }));
}
