/** How comment lines above a definition begin, by language. In other languages they are inside it, or unknown to us. */
const comments: readonly { readonly languages: RegExp; readonly line: RegExp }[] = [
  {
    languages: /^((java|type)script(react)?|java|c|cpp|csharp|go|rust|php|scala|kotlin|swift|dart)$/,
    line: /^\s*(\/\*|\*|\/\/|#\[|@)/,
  },
  { languages: /^(ruby|shellscript|perl|r|elixir)$/, line: /^\s*#/ },
];

/**
 * The original code with the comment from the model's answer; its code is ignored. The new comment replaces an old one.
 * Undefined if the language has its comments inside the definition (Python) or the answer has none.
 */
export function documented(language: string, code: string, answer: string): string | undefined {
  const style = comments.find(({ languages }) => languages.test(language));
  if (style === undefined) return undefined;
  const comment = leadingComment(answer.split('\n'), style.line);
  if (comment.length === 0) return undefined;
  const own = code.split('\n');
  const indent = /^\s*/.exec(own.find((line) => line.trim() !== '') ?? '')?.[0] ?? '';
  const shift = /^\s*/.exec(comment[0] ?? '')?.[0] ?? '';
  const shifted = comment.map((line) => (line.startsWith(shift) ? indent + line.slice(shift.length) : line));
  return [...shifted, ...own.slice(leadingComment(own, style.line).length)].join('\n');
}

/** The comment lines at the beginning; annotations and attributes belong to the code below. */
function leadingComment(lines: readonly string[], line: RegExp): readonly string[] {
  let end = 0;
  let open = false;
  for (const [at, text] of lines.entries()) {
    if (open) open = !text.includes('*/');
    else if (/^\s*\/\*/.test(text)) open = !text.includes('*/');
    else if (!line.test(text) || /^\s*(@|#\[)/.test(text)) break;
    end = at + 1;
  }
  return open ? [] : lines.slice(0, end);
}

/** Where the comment directly above a definition begins; `from` itself if there is none. */
export function withCommentAbove(language: string, text: string, from: number): number {
  const style = comments.find(({ languages }) => languages.test(language));
  if (style === undefined) return from;
  let start = text.lastIndexOf('\n', from - 1) + 1;
  let found = start;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    const line = text.slice(above, start - 1);
    if (!style.line.test(line) && !/\*\/\s*$/.test(line)) break;
    start = above;
    if (/^\s*\/\*\*|^\s*\/\/\/|^\s*#/.test(line)) found = start;
  }
  return found;
}
