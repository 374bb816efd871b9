import type { Definition, DefinitionKind } from './definitions.ts';

/** A definition or statement; `from` and `to` are UTF-16 offsets into the text. */
export interface SyntaxNode {
  readonly kind: DefinitionKind | 'statement';
  readonly name?: string;
  readonly from: number;
  readonly to: number;
  /** Names of the parameters; undefined for a definition without a parameter list. */
  readonly parameters?: readonly string[];
  /** The definition that encloses it. */
  readonly outer?: SyntaxNode;
}

/** A part of a text; `from` and `to` are UTF-16 offsets. */
export interface TextPart {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Reads one text at a time, also unsaved and untitled ones. `language` is VS Code's language id or a file name.
 * Texts of unknown languages give no results. A text similar to an earlier one is parsed only where it differs.
 */
export interface Syntax {
  knows(language: string): boolean;
  /** The number of ERROR and MISSING nodes. */
  errors(language: string, text: string): Promise<number>;
  /** The smallest definition or statement that holds the whole range. */
  enclosing(language: string, text: string, from: number, to: number): Promise<SyntaxNode | undefined>;
  definitions(language: string, text: string): Promise<readonly Definition[]>;
  /** Import statements, in order. */
  imports(language: string, text: string): Promise<readonly TextPart[]>;
  /** Identifiers used in the range, each once, in order. */
  names(language: string, text: string, from: number, to: number): Promise<readonly string[]>;
  /** Names that the range uses and neither the text nor the language defines; none where that cannot be told. */
  unbound(language: string, text: string, from: number, to: number): Promise<readonly string[]>;
}
