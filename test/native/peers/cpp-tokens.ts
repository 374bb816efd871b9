/** A piece of C++ source; of a text literal, `text` is what it means. */
export interface CppToken {
  readonly kind: 'text' | 'number' | 'name' | 'sign';
  readonly text: string;
}

const parts = [
  /(?<skipped>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/,
  /R"(?<mark>[^(\s]*)\((?<raw>[\s\S]*?)\)\k<mark>"/,
  /"(?<quoted>(?:\\[\s\S]|[^"\\])*)"/,
  /'(?<character>\\.|[^'\\])'/,
  /(?<name>[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)/,
  /(?<number>\d[\w.]*)/,
  /(?<sign>[\s\S])/,
];
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** The tokens of C++ source, without comments and lines for the preprocessor. */
export function readCppTokens(source: string): CppToken[] {
  const pattern = new RegExp(parts.map((part) => part.source).join('|'), 'g');
  const tokens: CppToken[] = [];
  for (const { groups } of source.replace(/^[ \t]*#.*$/gm, '').matchAll(pattern)) {
    const { raw, quoted, character, name, number, sign } = groups ?? {};
    const text = raw ?? quoted ?? character;
    if (text !== undefined) tokens.push({ kind: 'text', text: raw ?? unescaped(text) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

/** Escapes with numbers are bytes of UTF-8. */
function unescaped(text: string): string {
  return text
    .replace(/(?:\\x[0-9a-fA-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('utf8'))
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\\([\s\S])/g, (_, one: string) => escapes[one] ?? one);
}
