export const definitionKinds = [
  'function',
  'method',
  'class',
  'interface',
  'type',
  'enum',
  'module',
  'constant',
  'field',
  'macro',
] as const;

export type DefinitionKind = (typeof definitionKinds)[number];

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly line: number; // from 1, where the name stands
  readonly endLine: number;
  /** The definition's head on one line, at most 200 characters. */
  readonly signature: string;
  /** Names of the parameters; undefined for a definition without a parameter list. */
  readonly parameters: readonly string[] | undefined;
  /** True at the top of its file, exported or not. */
  readonly topLevel: boolean;
  /** First line of the comment that documents it. */
  readonly doc?: string;
}

/** Reads the definitions of source files. */
export interface DefinitionReader {
  /** True if the language of that file is known. */
  knows(file: string): boolean;
  read(file: string, text: string): readonly Definition[] | Promise<readonly Definition[]>;
}
