/** Offsets of one top-level block of a Markdown text. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly fence: boolean;
}

interface Fence {
  readonly mark: string;
  readonly length: number;
  readonly own: boolean; // a top-level block, not inside a list
}

/** Lines after which a block without blank lines is cut anyway, so that drawing it again stays cheap. */
const blockLinesMax = 200;

/**
 * Splits Markdown into blocks that can be rendered separately. When text is appended, all blocks but the last stay the
 * same: this makes streaming cheap. A list with blank lines between its entries is one block.
 */
export function splitBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let start = 0;
  let lines = 0;
  let blank = false;
  let list = false;
  let fence: Fence | undefined;
  let closedFence = false;

  const cut = (at: number, isFence: boolean): void => {
    if (at > start && text.slice(start, at).trim() !== '') blocks.push({ start, end: at, fence: isFence });
    start = at;
    lines = 0;
    list = false;
  };

  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, newline < 0 ? end : newline);
    if (fence !== undefined) {
      if (closes(line, fence)) {
        closedFence = fence.own;
        fence = undefined;
      }
    } else if (line.trim() === '') {
      if (closedFence) cut(at, true);
      closedFence = false;
      blank = true;
    } else {
      const indented = /^(\t| {2,})/.test(line);
      const marker = /^ {0,3}([-*+]|\d{1,9}[.)])(\s|$)/.test(line);
      const opens = openFence(line, list && (indented || !blank));
      if (closedFence) cut(at, true);
      else if (opens?.own === true) cut(at, false);
      else if (blank && !indented && !(list && marker)) cut(at, false);
      else if (lines >= blockLinesMax && !indented) cut(at, false);
      else if (/^ {0,3}#{1,6}\s/.test(line)) cut(at, false);
      closedFence = false;
      blank = false;
      list ||= marker;
      fence = opens;
    }
    lines++;
    at = end;
  }
  cut(text.length, fence?.own === true || closedFence);
  return blocks;
}

/** The parts of a fenced code block. `complete`: it has its closing line. */
export function readFence(source: string): {
  readonly info: string;
  readonly code: string;
  readonly complete: boolean;
} {
  const lines = source.replace(/\n+$/, '').split('\n');
  const first = lines[0] ?? '';
  const opening = openFence(first, false);
  const last = lines.at(-1) ?? '';
  const complete = lines.length > 1 && opening !== undefined && closes(last, opening);
  const body = lines.slice(1, complete ? -1 : undefined);
  return { info: first.replace(/^\s*(`+|~+)/, '').trim(), code: body.join('\n'), complete };
}

function openFence(line: string, inList: boolean): Fence | undefined {
  const match = /^(\s*)(`{3,}|~{3,})([^`]*)$/.exec(line);
  const mark = match?.[2];
  if (match === null || mark === undefined) return undefined;
  return { mark: mark.charAt(0), length: mark.length, own: !inList && (match[1] ?? '').length < 4 };
}

function closes(line: string, fence: Fence): boolean {
  const mark = line.trim();
  return mark.length >= fence.length && [...mark].every((letter) => letter === fence.mark);
}
