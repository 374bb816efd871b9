/** One simple command: variables set before it, and its words with quotes resolved. */
export interface SimpleCommand {
  readonly variables: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/** A command of a script as the shell runs it, with what its output is piped into. */
export interface ScriptCommand extends SimpleCommand {
  /** Its source, for a shell. */
  readonly text: string;
  /** The same without what its output goes into, and what runs if it fails. */
  readonly alone: string;
}

interface Token {
  readonly kind: 'word' | 'operator';
  readonly text: string;
  /** Offsets of its source. */
  readonly start: number;
  readonly end: number;
}

/** Quoted and escaped parts of a word; no substitution is among them. */
const wordPart = /(?:[^\s"'\\$`;|&<>()#]|(?<=\S)#|"[^"$`\\]*"|'[^']*'|\\["'\\ ])+/y;
const operator = /&&|\|\||[;|\n]/y;
/** `> file`, `2>&1`, `< file`. */
const redirection = /(?:\d*>>?|&>>?|\d*<)\s*(?:&\d|(?:[^\s"'\\$`;|&<>()#]|"[^"$`\\]*"|'[^']*')+)/y;
/** Words that begin what only a shell can run. */
const keywords = /^(if|for|while|until|case|function|select|!|\{|\[\[?)$/;

/**
 * The commands of a package script that run one after the other; of a pipe and of alternatives (`a || b`) the first.
 * Undefined for anything that only a shell can interpret: variables, substitutions, groups, background commands.
 */
export function simpleCommands(script: string): ScriptCommand[] | undefined {
  const tokens = tokensOf(script.trim());
  if (tokens === undefined) return undefined;
  const commands: ScriptCommand[] = [];
  for (const item of splitAt(tokens, /^(&&|;|\n)$/)) {
    const first = splitAt(item, /^(\|\|?)$/)[0];
    const command = commandOf(first ?? []);
    if (command === undefined || keywords.test(command.words[0] ?? '')) return undefined;
    const source = (tokens: readonly Token[] = []) => script.trim().slice(tokens[0]?.start, tokens.at(-1)?.end);
    commands.push({ ...command, text: source(item), alone: source(first) });
  }
  return commands.length === 0 ? undefined : commands;
}

/**
 * The same without what a shell would put in: variables, substitutions. For scripts that only a shell can read, where
 * what it puts in is replaced.
 */
export function commandsWithoutExpansions(script: string): ScriptCommand[] | undefined {
  const plain = script.replace(/"\$\([^)"]*\)"|\$\([^)]*\)|`[^`]*`|"?\$\{[^}]*\}"?|"?\$[\w@*#?]+"?/g, '');
  return simpleCommands(plain);
}

/** A word as an argument in a shell line. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function tokensOf(script: string): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < script.length;) {
    const space = matchAt(/[^\S\n]+|\\\n/y, script, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const skipped = matchAt(redirection, script, at);
    const symbol = skipped === undefined ? matchAt(operator, script, at) : undefined;
    const text = skipped ?? symbol ?? matchAt(wordPart, script, at);
    if (text === undefined) return undefined;
    const kind = symbol === undefined ? 'word' : 'operator';
    if (skipped === undefined) tokens.push({ kind, text, start: at, end: at + text.length });
    else extendLast(tokens, at + text.length);
    at += text.length;
  }
  return tokens;
}

/** A redirection belongs to the source of its command, and is none of its words. */
function extendLast(tokens: Token[], end: number): void {
  const last = tokens.at(-1);
  if (last?.kind === 'word') tokens[tokens.length - 1] = { ...last, end };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The tokens between operators; empty lists stay, as a shell refuses them. A last `;` ends a command. */
function splitAt(tokens: readonly Token[], separator: RegExp): Token[][] {
  const lists: Token[][] = [[]];
  for (const token of tokens)
    if (token.kind === 'operator' && separator.test(token.text)) lists.push([]);
    else lists.at(-1)?.push(token);
  const last = tokens.at(-1);
  if (lists.at(-1)?.length === 0 && last !== undefined && /^[;\n]$/.test(last.text)) lists.pop();
  return lists;
}

function commandOf(tokens: readonly Token[]): SimpleCommand | undefined {
  const words = tokens.map(({ text }) => unquoted(text));
  const variables: Record<string, string> = {};
  while (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) {
    const [name = '', ...value] = (words.shift() ?? '').split('=');
    variables[name] = value.join('=');
  }
  return words.length === 0 ? undefined : { variables, words };
}

function unquoted(word: string): string {
  return word.replace(
    /"([^"]*)"|'([^']*)'|\\(.)/gs,
    (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '',
  );
}
