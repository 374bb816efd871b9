/**
 * A JavaScript value as a pretty-printer spread it over lines (Jest's `Array [`, Vitest's JSON-like text), on one line:
 * `'a'`, `[1, 2]`, `{ a: 1 }`. Any other text is kept, without its line ends.
 */
export function onOneLine(printed: string): string {
  const tokens = printed.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[[\]{},]|[^\s[\]{},"']+|\s+|["']/gs) ?? [];
  let out = '';
  for (const [at, token] of tokens.entries()) {
    if (/^\s/.test(token)) {
      out += pause(out, tokens[at + 1]);
    } else if (token === '[' || token === '{') {
      out = out.replace(/(?<![\w$])(Array|Object) ?$/, '');
      const empty = tokens.slice(at + 1).find((next) => !/^\s/.test(next)) === closing(token);
      out += empty || token === '[' ? token : `${token} `;
    } else if (token === ']' || token === '}') {
      out = out.replace(/[,\s]+$/, '');
      out += token === '}' && !out.endsWith('{') ? ` ${token}` : token;
    } else if (token === ',') {
      out += ', ';
    } else {
      out += scalar(token, /^\s*:|^:/.test(tokens[at + 1] ?? ''));
    }
  }
  return out.trim();
}

function closing(open: string): string {
  return open === '[' ? ']' : '}';
}

/** Keeps one space between words; brackets and commas bring their own. */
function pause(before: string, next: string | undefined): string {
  return before === '' || /[\s[]$/.test(before) || next === undefined || /^[\]},]/.test(next) ? '' : ' ';
}

/** A string in single quotes, a key without quotes. */
function scalar(token: string, isKey: boolean): string {
  if (!token.startsWith('"') || token.length < 2) return token;
  const text = unquote(token);
  return isKey && /^[A-Za-z_$][\w$]*$/.test(text) ? text : `'${text}'`;
}

function unquote(token: string): string {
  try {
    return JSON.parse(token.replaceAll('\n', '\\n')) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return token.slice(1, -1);
    throw error;
  }
}

/** A JSON value in the same form. */
export function shownJson(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(shownJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, entry]) => `${key}: ${shownJson(entry)}`).join(', ')} }`;
}
