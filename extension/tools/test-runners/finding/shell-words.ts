/** One simple command: variables set before it, and its words with quotes resolved. */
export interface SimpleCommand {
  readonly variables: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/**
 * The commands of a package script that are joined by `&&`. Undefined for anything that only a shell can interpret:
 * variables, substitutions, redirections, other operators.
 */
export function simpleCommands(script: string): SimpleCommand[] | undefined {
  const commands: SimpleCommand[] = [];
  let tokens: { text: string; quoted: boolean }[] = [];
  const close = (): boolean => {
    const command = commandOf(tokens);
    tokens = [];
    if (command === undefined) return false;
    commands.push(command);
    return true;
  };
  const expression = /\s+|(&&)|((?:[^\s"'\\$`;|&<>()#]|"[^"$`\\]*"|'[^']*'|\\["'\\])+)|(.)/gsu;
  for (const [, and, word, other] of script.trim().matchAll(expression)) {
    if (other !== undefined) return undefined;
    if (and !== undefined && !close()) return undefined;
    if (word !== undefined)
      tokens.push({
        text: word.replace(
          /"([^"]*)"|'([^']*)'|\\(.)/gs,
          (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '',
        ),
        quoted: /["']/.test(word),
      });
  }
  return close() ? commands : undefined;
}

function commandOf(tokens: readonly { readonly text: string; readonly quoted: boolean }[]): SimpleCommand | undefined {
  const words = tokens.map((token) => token.text);
  const variables: Record<string, string> = {};
  while (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) {
    const [name = '', ...value] = (words.shift() ?? '').split('=');
    variables[name] = value.join('=');
  }
  if (words[0] === 'cross-env' || words[0] === 'env') {
    words.shift();
    const inner = commandOf(words.map((text) => ({ text, quoted: false })));
    return inner === undefined ? undefined : { variables: { ...variables, ...inner.variables }, words: inner.words };
  }
  return words.length === 0 ? undefined : { variables, words };
}
