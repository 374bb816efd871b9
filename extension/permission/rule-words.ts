/** A text in a rule, cut at each `*`, which stands for any characters. Without a `*` it is one piece. */
export type Wildcard = readonly string[];

/** One word of a rule for commands. */
export type RuleWord =
  /** Any number of words: `…`, `...`, or a `*` at the end. */
  | { readonly kind: 'any' }
  | { readonly kind: 'word'; readonly text: Wildcard }
  /** `!--force`: the command must not have this word. */
  | { readonly kind: 'without'; readonly text: Wildcard };

/** What needs no quotes in a rule. */
const plain = /^(?!!.)(?!\.\.\.$)[\w./:=,@%+~^!-]+$/;

/** The text as one word of a rule: as it is where that is clear, else in quotes. */
export function ruleWord(text: string): string {
  return plain.test(text) ? text : quoted(text);
}

/** The text in quotes, in which nothing has a meaning. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The text of a pattern that is quoted from its first character to its last; undefined for any other pattern. */
export function unquoted(pattern: string): string | undefined {
  return /^'(?:[^']|'\\'')*'$/.test(pattern) ? pattern.slice(1, -1).replaceAll("'\\''", "'") : undefined;
}

/** Reads the words of a rule for commands; undefined when a quote is not closed. */
export function ruleWords(pattern: string): readonly RuleWord[] | undefined {
  const written: { raw: string; text: string[] }[] = [];
  let current: { raw: string; text: string[] } | undefined;
  const add = (raw: string, text: string): void => {
    current ??= { raw: '', text: [''] };
    current.raw += raw;
    current.text.push((current.text.pop() ?? '') + text);
  };
  for (let at = 0; at < pattern.length;) {
    const piece = /\s+|'[^']*'|"(?:[^"\\]|\\.)*"|\\["']|[^]/suy;
    piece.lastIndex = at;
    const raw = piece.exec(pattern)?.[0] ?? '';
    at += raw.length;
    if (/^\s/.test(raw)) {
      if (current !== undefined) written.push(current);
      current = undefined;
    } else if (raw === "'" || raw === '"') return undefined;
    else if (raw.startsWith("'")) add(raw, raw.slice(1, -1));
    else if (raw.startsWith('"')) add(raw, raw.slice(1, -1).replace(/\\(["\\])/g, '$1'));
    else add(raw, raw.length > 1 && raw.startsWith('\\') ? raw.slice(1) : raw);
    if (raw === '*') {
      current?.text.push(`${(current.text.pop() ?? '').slice(0, -1)}`);
      current?.text.push('');
    }
  }
  if (current !== undefined) written.push(current);
  const last = written.findLastIndex(({ raw }) => !isExclusion(raw));
  return written.map(({ raw, text }, at) => {
    if (raw === '…' || raw === '...' || (raw === '*' && at === last)) return { kind: 'any' };
    if (!isExclusion(raw)) return { kind: 'word', text };
    return { kind: 'without', text: [(text[0] ?? '').slice(1), ...text.slice(1)] };
  });
}

/** Whether the text is what the wildcard describes. Takes time in proportion to the text. */
export function isLike(wildcard: Wildcard, text: string): boolean {
  const [first = '', ...more] = wildcard;
  const last = more.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of more) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

function isExclusion(raw: string): boolean {
  return raw.length > 1 && raw.startsWith('!');
}
