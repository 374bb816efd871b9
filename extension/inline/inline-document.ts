import type { Refusal } from '../rewrite/refusal.ts';
import type { RewriteSurroundings } from '../rewrite/rewrite-prompt.ts';
import type { Span } from '../workspace/span.ts';
import type { EditBuffer } from './edit-buffer.ts';

/** The document that an inline chat is about. */
export interface InlineDocument {
  readonly buffer: EditBuffer;
  /** For the model: relative to the workspace with `/`. */
  readonly path: string;
  /** VS Code's language id. */
  readonly language: string;
  /** Why this part of it must not be changed; undefined if it may be. */
  refusal(span: Span): Promise<Refusal | undefined>;
  /** Problems within a span, errors first; lines count from 1 in the span. */
  problems(span: Span): readonly { readonly line: number; readonly message: string; readonly isError: boolean }[];
  /** Facts for larger models besides the code. */
  surroundings(text: string, span: Span): Promise<RewriteSurroundings>;
}
