/** What a model that was asked to rewrite code has said so far. */
export interface RewriteAnswer {
  /** The code of its first fenced block, `\n` between lines; undefined: no block has begun. */
  readonly code: string | undefined;
  /** Whether the block has ended. */
  readonly closed: boolean;
  /** All that is said outside the block. */
  readonly prose: string;
}

/**
 * Reads an answer that may still be growing: a last line that could yet become the closing fence is held back, so
 * that what was shown never has to be taken back.
 * @param done whether the whole answer is there; a block without its closing fence ends where the answer ends.
 */
export function readRewriteAnswer(text: string, { done }: { readonly done: boolean }): RewriteAnswer {
  const opening = /^( {0,3})(`{3,}|~{3,})([^\n`]*)\n/m.exec(done && !text.endsWith('\n') ? `${text}\n` : text);
  if (opening === null) return { code: undefined, closed: false, prose: done ? text.trim() : beforeFence(text) };
  const fence = opening[2] ?? '```';
  const start = opening.index + opening[0].length;
  const lines = text.slice(start).split('\n');
  const prose = text.slice(0, opening.index).trim();
  const closing = lines.findIndex((line) => isClosing(line, fence));
  if (closing >= 0) {
    const rest = lines
      .slice(closing + 1)
      .join('\n')
      .trim();
    return {
      code: lines.slice(0, closing).join('\n'),
      closed: true,
      prose: [prose, rest].filter((part) => part !== '').join('\n\n'),
    };
  }
  const last = lines.at(-1) ?? '';
  // An empty last line is the end of the line before, or the blank line before the fence: it comes with what follows.
  if (!done && (last === '' || mayClose(last, fence))) lines.pop();
  else if (done && last === '') lines.pop();
  return { code: lines.join('\n'), closed: false, prose };
}

/**
 * Gives the answer the indentation of the code that was sent without it.
 * @param margin what every line of the code began with and was not sent.
 * @param first how the sent code's first line began; models that put the whole margin back begin deeper.
 */
export function reindent(code: string, margin: string, first: string): string {
  const lines = code.split('\n');
  const lead = leadOf(lines.find((line) => line.trim() !== '') ?? '');
  const extra = lead.length > first.length && lead.endsWith(first) && margin !== '' ? lead.length - first.length : 0;
  return lines
    .map((line) => (line.trim() === '' ? '' : margin + line.slice(Math.min(extra, leadOf(line).length))))
    .join('\n');
}

/** The white space that all lines with text begin with. */
export function commonMargin(code: string): string {
  const leads = code
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(leadOf);
  const [shortest = ''] = [...leads].sort((a, b) => a.length - b.length);
  let length = shortest.length;
  while (!leads.every((lead) => lead.startsWith(shortest.slice(0, length)))) length--;
  return shortest.slice(0, length);
}

export function leadOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function isClosing(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return line.search(/\S/) <= 3 && trimmed.length >= fence.length && [...trimmed].every((sign) => sign === fence[0]);
}

function mayClose(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return line.search(/\S/) <= 3 && [...trimmed].every((sign) => sign === fence[0]);
}

/** Prose without a last line that could yet become an opening fence. */
function beforeFence(text: string): string {
  return text.replace(/(^|\n) {0,3}(`{1,2}|`{3,}[^\n`]*|~{1,2}|~{3,}[^\n]*)$/, '').trim();
}
