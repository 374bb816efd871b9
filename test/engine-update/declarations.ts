/** Declarations of llama.cpp's public headers by name: functions, types, and enums also by their constants. */
export type Declarations = ReadonlyMap<string, string>;

const exportMarks = /\b(LLAMA_API|GGML_API|GGML_BACKEND_API|GGML_CALL|GGML_NORETURN|GGML_RESTRICT)\b/g;

/** Reads the text of one or more headers. A declaration's text has no comments and single spaces. */
export function readDeclarations(header: string): Declarations {
  const found = new Map<string, string>();
  for (const statement of statementsOf(header)) {
    for (const name of namesOf(statement)) if (!found.has(name)) found.set(name, statement);
  }
  return found;
}

/** The declarations that `source` names, with those that these name in turn. */
export function usedDeclarations(source: string, declarations: Declarations): Set<string> {
  const used = new Set<string>();
  const waiting = identifiers(source);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const text = declarations.get(name);
    if (text === undefined || used.has(name)) continue;
    used.add(name);
    waiting.push(...identifiers(text));
  }
  return used;
}

function identifiers(text: string): string[] {
  return text.match(/\b[A-Za-z_]\w*\b/g) ?? [];
}

/** Cuts a header at the semicolons that stand outside all braces. */
function statementsOf(header: string): string[] {
  const text = header
    .replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, ' ')
    .replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, ' ')
    .replace(/extern\s+"C"\s*\{/g, ' ')
    .replace(exportMarks, ' ');
  const statements: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') depth++;
    // The brace that closes `extern "C"` has no partner.
    else if (character === '}') depth = Math.max(0, depth - 1);
    else if (character === ';' && depth === 0) {
      statements.push(singleSpaced(text.slice(start, at)));
      start = at + 1;
    }
  }
  return statements.map((statement) => statement.replace(/^\}\s*/, '')).filter((statement) => statement !== '');
}

function singleSpaced(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\( /g, '(')
    .replace(/ ([),])/g, '$1')
    .trim();
}

/** The name under which a declaration is reported: an enum's own, not that of a constant. */
export function declaredName(statement: string): string {
  return namesOf(statement)[0] ?? statement;
}

function namesOf(statement: string): string[] {
  const pointer = /^typedef [^(]*\( ?\* ?(\w+) ?\)/.exec(statement);
  if (pointer) return [pointer[1] as string];
  const body = /^(?:typedef )?(struct|enum|union) (\w*) ?\{(.*)\} ?(\w*)$/.exec(statement);
  if (body) {
    const [, kind, tag = '', inner = '', alias = ''] = body;
    const constants = kind === 'enum' ? [...inner.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, name]) => name as string) : [];
    return [tag, alias, ...constants].filter((name) => name !== '');
  }
  const alias = /^typedef .*?(\w+)$/.exec(statement);
  if (alias) return [alias[1] as string];
  const declared = statement.replace(/^(?:GGML_)?DEPRECATED ?\(/, '');
  const called = /(\w+) ?\(/.exec(declared.replace(/__attribute__ ?\(\(.*?\)\)/g, ''));
  return called ? [called[1] as string] : [];
}
