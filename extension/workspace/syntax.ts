import type { Definition, DefinitionKind } from './definitions.ts';

/** A definition or statement; places are UTF-16 offsets into the text. */
export interface SyntaxNode {
  readonly kind: DefinitionKind | 'statement';
  readonly name?: string;
  readonly from: number;
  readonly to: number;
  /** Names of the parameters, for what has some. */
  readonly parameters?: readonly string[];
  /** The next larger definition around it. */
  readonly outer?: SyntaxNode;
}

/** A part of a text; places are UTF-16 offsets. */
export interface TextPart {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Reads one text at a time, unsaved and untitled ones too. `language` is VS Code's language id or a file name. Texts of
 * unknown languages have no errors and nothing in them. Texts that were read before are read again only where they differ.
 */
export interface Syntax {
  knows(language: string): boolean;
  /** ERROR and MISSING nodes. */
  errors(language: string, text: string): Promise<number>;
  /** The smallest definition or statement that holds the range whole. */
  enclosing(language: string, text: string, from: number, to: number): Promise<SyntaxNode | undefined>;
  definitions(language: string, text: string): Promise<readonly Definition[]>;
  /** Import statements, in order. */
  imports(language: string, text: string): Promise<readonly TextPart[]>;
  /** Identifiers used in the range, each once, in order. */
  names(language: string, text: string, from: number, to: number): Promise<readonly string[]>;
}
