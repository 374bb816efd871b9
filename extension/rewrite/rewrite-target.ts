import type { Syntax, SyntaxNode } from '../workspace/syntax.ts';
import { editTarget, lineOf } from './edit-target.ts';

/** A text of an editor and its selection, as UTF-16 offsets. */
export interface EditorText {
  /** VS Code's language id. */
  readonly language: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The part of a text to rewrite: whole lines. */
export interface Target {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** The name of the definition, if it is one. */
  readonly name?: string;
}

/**
 * What a command works on: the selected lines, else the definition around the cursor, else its paragraph. A selection
 * within a line counts as a cursor. Undefined if there is no code.
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

/** The smallest definition around the selection; `callable` asks for a function or method. */
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
