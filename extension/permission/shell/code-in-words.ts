/**
 * Options with which a program takes its code from the next word, or from the rest of the same one. Awk and sed take it
 * from the first word that is no option.
 */
const codeOptions: readonly (readonly [programs: RegExp, option: RegExp])[] = [
  [/^(?:python|pypy)[\d.]*$/, /^-[bBdEiIOqsSuvx]*c(.*)$/s],
  [/^perl[\d.]*$/, /^-[A-Za-z0]*?[eE](.*)$/s],
  [/^(?:ruby[\d.]*|lua[\d.]*|luajit|Rscript|osascript|elixir|groovy|scala)$/, /^-[A-Za-z]*?e(.*)$/s],
  [/^(?:node|nodejs|bun|tsx)$/, /^(?:-[pi]*[ep]|--(?:eval|print)=?)(.*)$/s],
  [/^php[\d.]*$/, /^-[rBRE](.*)$/s],
  [/^(?:deno)$/, /^eval()$/],
];
const codeOperands = /^(?:[gmn]?awk|g?sed)$/;
const literalsMax = 50;

/**
 * Lines of the shell, and lists of words, that code in a command's words may run: the texts of its string literals, as
 * in `perl -e 'system("rm x")'` and `python -c 'run(["rm", "x"])'`. For deny rules only: code can make a text in other
 * ways.
 */
export function textsInCode(words: readonly string[]): readonly (string | readonly string[])[] {
  return codeOf(words).flatMap((code) => {
    const literals = [...code.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/gs)]
      .slice(0, literalsMax)
      .map((match) => (match[1] ?? match[2] ?? match[3] ?? '').replace(/\\(.)/gs, '$1'));
    // Perl and Ruby quote with any sign, and sed does not quote at all: `qx{rm x}`, `1e rm x`.
    const bare = [...code.matchAll(/(?:\b(?:qx|qw|qq|q)|%x|%w)\s*[^\w\s]([^)}\]>|!/]+)|(?<![A-Za-z])e\s+(.+)/g)]
      .slice(0, literalsMax)
      .map((match) => match[1] ?? match[2] ?? '');
    return [...literals, ...bare, ...literals.map((_, at) => literals.slice(at))];
  });
}

function codeOf(words: readonly string[]): readonly string[] {
  const [name = '', ...rest] = words;
  if (codeOperands.test(name)) return rest;
  const [, option] = codeOptions.find(([programs]) => programs.test(name)) ?? [];
  if (option === undefined) return [];
  return rest.flatMap((word, at) => {
    const attached = option.exec(word)?.[1];
    if (attached === undefined) return [];
    return attached === '' ? rest.slice(at + 1, at + 2) : [attached];
  });
}
