import type { Syntax, SyntaxNode } from '../workspace/syntax.ts';
import { editTarget, lineOf } from './edit-target.ts';

/** A text of the editor and what is selected of it; places are UTF-16 offsets. */
export interface EditorText {
  /** VS Code's id of the language. */
  readonly language: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The part of a text that is to be rewritten: whole lines. */
export interface Target {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Of the definition, where it is one. */
  readonly name?: string;
}

/**
 * What a command acts on: selected lines, else the definition around the cursor, else its paragraph. A selection within
 * a line counts as the cursor. Undefined: there is nothing there.
 */
export async function selectedTarget(
  syntax: Syntax,
  { language, text, from, to }: EditorText,
): Promise<Target | undefined> {
  const lines = { from: lineOf(text, from).from, to: lineOf(text, to).to };
  const covers =
    text.slice(from, to).trim() !== '' && text.slice(from, to).trim() === text.slice(lines.from, lines.to).trim();
  const found = await editTarget(
    syntax,
    language,
    text,
    covers || text.slice(from, to).includes('\n') ? { from, to } : { from, to: from },
  );
  if (text.slice(found.from, found.to).trim() === '') return undefined;
  return targetOf(text, found);
}

/** The smallest definition that holds the place; a function or method where `callable`. */
export async function definitionAround(
  syntax: Syntax,
  { language, text, from, to }: EditorText,
  options: { readonly callable?: boolean } = {},
): Promise<SyntaxNode | undefined> {
  if (!syntax.knows(language)) return undefined;
  let node = await syntax.enclosing(language, text, from, to);
  const wanted = (kind: SyntaxNode['kind']): boolean =>
    options.callable === true ? kind === 'function' || kind === 'method' : kind !== 'statement';
  while (node !== undefined && !wanted(node.kind)) node = node.outer;
  return node;
}

/** The lines of a range. */
export function targetOf(
  text: string,
  { from, to, name }: { readonly from: number; readonly to: number; readonly name?: string },
): Target {
  const [start, end] = [lineOf(text, from).from, lineOf(text, to).to];
  return { from: start, to: end, text: text.slice(start, end), ...(name !== undefined && { name }) };
}
