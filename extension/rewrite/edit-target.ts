import type { Span } from '../workspace/span.ts';
import type { Syntax } from '../workspace/syntax.ts';

/** The span that an instruction is about; empty to insert something there. */
interface EditTarget extends Span {
  readonly name?: string;
}

/**
 * The selection if there is one; else the definition or statement around the cursor; else the cursor. Whole lines,
 * except for a selection within a line.
 */
export async function editTarget(syntax: Syntax, language: string, text: string, selection: Span): Promise<EditTarget> {
  if (text.slice(selection.from, selection.to).trim() !== '') return selectedLines(text, selection);
  const at = selection.to;
  const line = lineOf(text, at);
  if (!syntax.knows(language))
    return text.slice(line.from, line.to).trim() === '' ? { from: at, to: at } : paragraph(text, line);
  // A cursor in the indentation belongs to the code after it.
  const sign =
    text.slice(line.from, line.to).trim() === ''
      ? at
      : Math.max(at, line.from + text.slice(line.from, line.to).search(/\S/));
  let node = await syntax.enclosing(language, text, sign, sign);
  const smallest = node;
  while (node?.kind === 'statement') node = node.outer;
  const found = node ?? (text.slice(line.from, line.to).trim() === '' ? undefined : smallest);
  if (found === undefined) return { from: at, to: at };
  return { ...wholeLines(text, found), ...(found.name !== undefined && { name: found.name }) };
}

/** The line at an offset, without its line end. */
export function lineOf(text: string, at: number): Span {
  const next = text.indexOf('\n', at);
  const end = next < 0 ? text.length : next;
  return {
    from: at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1,
    to: end > 0 && text[end - 1] === '\r' && end > at ? end - 1 : end,
  };
}

/** The lines before and after a span, each up to `length` characters. */
export function neighbours(
  text: string,
  { from, to }: Span,
  length: number,
): { readonly before: string; readonly after: string } {
  const before = text.slice(Math.max(0, from - length), from);
  const after = text.slice(to, to + length);
  return {
    before: (from > length ? before.slice(before.indexOf('\n') + 1) : before).replace(/\r/g, '').trimEnd(),
    after: (to + length < text.length ? after.slice(0, after.lastIndexOf('\n') + 1) : after)
      .replace(/\r/g, '')
      .replace(/^\n+/, '')
      .trimEnd(),
  };
}

/** Extends a selection of several lines, or of all the code of one line, to whole lines. */
function selectedLines(text: string, { from, to }: Span): Span {
  const selected = text.slice(from, to);
  const start = from + selected.length - selected.trimStart().length;
  const end = to - (selected.length - selected.trimEnd().length);
  const [first, last] = [lineOf(text, start), lineOf(text, end)];
  const isWhole = text.slice(first.from, start).trim() === '' && text.slice(end, last.to).trim() === '';
  return isWhole || first.from !== last.from ? { from: first.from, to: last.to } : { from: start, to: end };
}

function wholeLines(text: string, { from, to }: Span): Span {
  return { from: lineOf(text, from).from, to: lineOf(text, to).to };
}

/** The lines around a line, up to the next empty lines. */
function paragraph(text: string, line: Span): Span {
  let { from, to } = line;
  for (let above = from; above > 0;) {
    const next = lineOf(text, above - 1);
    if (text.slice(next.from, next.to).trim() === '') break;
    from = next.from;
    above = next.from;
  }
  for (let end = text.indexOf('\n', to); end >= 0 && end + 1 < text.length; end = text.indexOf('\n', to)) {
    const below = lineOf(text, end + 1);
    if (text.slice(below.from, below.to).trim() === '') break;
    to = below.to;
  }
  return { from, to };
}
