import type { OneShot } from '../agent/one-shot-request.ts';
import type { RewriteSurroundings } from '../rewrite/rewrite-prompt.ts';
import type { Syntax } from '../workspace/syntax.ts';
import type { Refusal, Remedy } from '../rewrite/refusal.ts';
import type { EditBuffer } from './edit-buffer.ts';
import type { EditLedger } from './edit-ledger.ts';
import type { Span } from '../rewrite/edit-target.ts';

/** The document that an inline chat is about. */
export interface InlineDocument {
  readonly buffer: EditBuffer;
  /** As the model reads it: workspace-relative with `/`. */
  readonly path: string;
  /** VS Code's language id. */
  readonly language: string;
  /** Why that part of it may not be changed; undefined: it may. */
  refusal(span: Span): Promise<Refusal | undefined>;
  /** Problems within a span, the gravest first; lines count from 1 in the span. */
  problems(span: Span): readonly { readonly line: number; readonly message: string; readonly isError: boolean }[];
  /** What larger models are told besides the code. */
  surroundings(text: string, span: Span): Promise<RewriteSurroundings>;
}

/** What was said, in order. */
export interface InlineEntry {
  readonly author: 'user' | 'model';
  /** The user's plain text; the model's Markdown, which is untrusted. */
  text: string;
  /** What we say of it, Markdown of our own: the change, what became of it, what went wrong. */
  note: string;
  /** The edit that is open came with it. */
  proposes: boolean;
  /** What the user can do about what the note says. */
  remedy?: Remedy;
}

/**
 * `idle`: nothing is open. `working`: the model is asked. `proposal`: what it wrote stands in the document and may be
 * accepted. `broken`: it stands there and does not parse, or was cut.
 */
export type InlinePhase = 'idle' | 'working' | 'proposal' | 'broken';

/** Who shows a chat. */
export interface InlineView {
  /** Something of it changed. */
  changed(): void;
  /** Asks before text of the user's within a proposal is lost. */
  confirmLoss(): Promise<boolean>;
}

export interface InlineParts {
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly ledger: EditLedger;
  readonly document: InlineDocument;
  readonly view: InlineView;
}
