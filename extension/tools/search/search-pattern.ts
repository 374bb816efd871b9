import type { TextQuery } from '../../workspace/text-search.ts';

/** What ripgrep is asked for. */
interface SearchPattern {
  readonly pattern: string;
  readonly literal: boolean;
  /** True if a match may span lines. */
  readonly multiline: boolean;
}

/** The query as ripgrep reads it: a line end of the query is `\n` as well as `\r\n` in files. */
export function searchPattern({ text, regex }: Pick<TextQuery, 'text' | 'regex'>): SearchPattern {
  if (regex) {
    const pattern = withAnyEnds(text);
    return { pattern, literal: false, multiline: pattern !== text };
  }
  if (!/[\r\n]/.test(text)) return { pattern: text, literal: true, multiline: false };
  const lines = text.split(/\r\n|\r|\n/);
  return { pattern: lines.map(escaped).join(anyEnd), literal: false, multiline: true };
}

const anyEnd = String.raw`(?:\r?\n)`;
const lineEnd = /^(?:(?:\\r|\r)\??)?(?:\\n|\n)/;
const lineEndMax = 5;

/** The expression with every line end outside of sets replaced: `\n`, `\r\n`, `\r?\n` and the characters themselves. */
function withAnyEnds(expression: string): string {
  let out = '';
  let sets = 0; // sets around this place
  for (let at = 0; at < expression.length;) {
    const end = sets > 0 ? undefined : lineEnd.exec(expression.slice(at, at + lineEndMax))?.[0];
    const piece = end ?? expression.slice(at, at + (expression[at] === '\\' ? 2 : 1));
    at += piece.length;
    out += end === undefined ? piece : anyEnd;
    if (piece === ']' && sets > 0) sets--;
    if (piece !== '[') continue;
    sets++;
    // A bracket right at the start of a set is one of its characters.
    const first = /^\^?\]?/.exec(expression.slice(at, at + 2))?.[0] ?? '';
    out += first;
    at += first.length;
  }
  return out;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#&~-]/g, String.raw`\$&`);
}
