import { bare, reindent } from './code-margin.ts';

/** An answer to a request for code, as far as it has come. */
interface RewriteAnswer {
  /** The code of its first fenced block, with `\n` between lines; undefined if no block has begun. */
  readonly code: string | undefined;
  /** True if the block has ended. */
  readonly closed: boolean;
  /** Everything outside the block. */
  readonly prose: string;
}

/**
 * Reads an answer that may still be growing. A last line that could become the closing fence is held back, so that
 * shown text never has to be removed again. `done` says that the answer is complete: an open block then ends where it
 * ends.
 */
export function readRewriteAnswer(text: string, { done }: { readonly done: boolean }): RewriteAnswer {
  const opening = /^( {0,3})(`{3,}|~{3,})([^\n`]*)\n/m.exec(done && !text.endsWith('\n') ? `${text}\n` : text);
  if (opening === null) return { code: undefined, closed: false, prose: done ? text.trim() : beforeFence(text) };
  const fence = opening[2] ?? '```';
  const start = opening.index + opening[0].length;
  const lines = text.slice(start).split('\n');
  const before = text.slice(0, opening.index).trim();
  const closing = lines.findIndex((line) => isClosing(line, fence));
  if (closing >= 0) {
    const after = lines
      .slice(closing + 1)
      .join('\n')
      .trim();
    return {
      code: lines.slice(0, closing).join('\n'),
      closed: true,
      prose: [before, after].filter((part) => part !== '').join('\n\n'),
    };
  }
  const last = lines.at(-1) ?? '';
  // An empty last line is only the end of the line before it. It is shown together with the next line.
  if (last === '' || (!done && mayClose(last, fence))) lines.pop();
  return { code: lines.join('\n'), closed: false, prose: before };
}

/** Reads a complete answer as the new text of `original`: its code gets the margin of the original. */
export function readNewCode(answer: string, original: string): RewriteAnswer {
  const read = readRewriteAnswer(answer, { done: true });
  return { ...read, code: read.code === undefined ? undefined : reindent(read.code, bare(original)) };
}

function isClosing(line: string, fence: string): boolean {
  return line.trim().length >= fence.length && mayClose(line, fence);
}

/** True if the line is the closing fence or its beginning. */
function mayClose(line: string, fence: string): boolean {
  return line.search(/\S/) <= 3 && [...line.trim()].every((character) => character === fence[0]);
}

/** The prose without a last line that could become an opening fence. */
function beforeFence(text: string): string {
  return text.replace(/(^|\n) {0,3}(`{1,2}|`{3,}[^\n`]*|~{1,2}|~{3,}[^\n]*)$/, '').trim();
}
