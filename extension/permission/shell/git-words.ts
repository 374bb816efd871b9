/** The words of a git command, cut at its subcommand. */
export interface GitWords {
  /** Options before the subcommand, with their values. */
  readonly before: readonly string[];
  /** Empty when there is none. */
  readonly subcommand: string;
  readonly rest: readonly string[];
}

const valued = /^(?:-C|-c|--git-dir|--work-tree|--namespace|--super-prefix|--config-env|--attr-source)$/;
/** Settings that make git run nothing. */
const harmlessSetting =
  /^(?:user\.(?:name|email)|color\.[\w.]+|advice\.\w+|core\.(?:quotepath|autocrlf|abbrev)|diff\.\w*prefix)=/i;
/** Options of subcommands that name what to run. */
const textOptions = new Map([
  ['rebase', /^(?:-x.*|--exe.*)$/],
  ['push', /^--(?:exe|rec).*$/],
  ['fetch', /^--upl.*$/],
  ['clone', /^(?:-u.*|-c.*|--(?:upl|conf|templ).*)$/],
  ['difftool', /^(?:-x.*|--ext.*)$/],
  ['grep', /^(?:-O.*|--open.*)$/],
  ['diff', /^--ext.*$/],
  ['log', /^--ext.*$/],
  ['show', /^--ext.*$/],
]);

/** Takes the words after `git` apart. */
export function gitWords(words: readonly string[]): GitWords {
  let at = 0;
  while (words[at]?.startsWith('-') === true) at += valued.test(words[at] ?? '') ? 2 : 1;
  return { before: words.slice(0, at), subcommand: words[at] ?? '', rest: words.slice(at + 1) };
}

/** Whether git gets text to run as a command, by a setting, an option or a subcommand. */
export function gitRunsText(words: readonly string[]): boolean {
  const { before, subcommand, rest } = gitWords(words);
  const settings = before.some((word, at) => {
    if (/^(?:-c.|--config-env|--exec-path=)/.test(word)) return true;
    return before[at - 1] === '-c' && !harmlessSetting.test(word);
  });
  if (settings || rest.some((word) => textOptions.get(subcommand)?.test(word) === true)) return true;
  if (subcommand === 'bisect') return rest.includes('run');
  if (subcommand === 'submodule') return rest.includes('foreach');
  return subcommand === 'filter-branch';
}
