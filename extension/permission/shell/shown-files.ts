import { gitReading } from './git-reading.ts';
import { gitWords } from './git-words.ts';
import { readingOf, type Reading, type Tree } from './read-only-commands.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** Programs that print what is in the files that they are given. */
const showing = new Set(
  (
    'cat tac nl head tail less more bat batcat strings xxd od hexdump base64 grep egrep fgrep zgrep rg ag sed ' +
    'awk gawk ' +
    'perl cut sort uniq paste fold expand jq yq diff'
  ).split(' '),
);
/** Programs that search a folder without an option for it. */
const searching = new Set(['rg', 'ag', 'ack', 'ack-grep', 'ugrep', 'ug', 'rgrep', 'pt', 'sift']);

/** Those that leave out names with a dot. */
const skipping = new Set(['rg', 'ag', 'pt']);

/**
 * What commands show that go through folders or changes, in any line that can be read: files that its words do not
 * name. Commands that go through none are left out.
 */
export function searchesOf(line: ShellLine): readonly Reading[] {
  if (!line.readable) return [];
  const fed = line.seen.some(({ open, words }) => open === true && showing.has(bareName(words)));
  return line.seen.map((command) => searchOf(command, fed)).filter((reading) => reading !== undefined);
}

/** `fed`: a command of the line shows the files that others find. */
function searchOf(command: ShellCommand, fed: boolean): Reading | undefined {
  const name = bareName(command.words);
  const rest = command.words.slice(1);
  const known = readingOf({ ...command, words: [name, ...rest] });
  if (name === 'git') return gitSearch(rest, known);
  if (name === 'find') return fed || runsShowing(rest) ? { trees: [foundBy(rest)] } : undefined;
  if (name === 'fd' || name === 'fdfind')
    return fed || runsShowing(rest) ? { trees: [{ words: rest, skipsDotFiles: rest.every(isPlain) }] } : undefined;
  if (known !== undefined) return known.trees.length > 0 ? known : undefined;
  if (searching.has(name))
    return { trees: [{ words: rest, skipsDotFiles: skipping.has(name) && rest.every(isPlain) }] };
  const deep = rest.some((word) => /^(?:-[^-]*[rRd]|--(?:r|d))/.test(word));
  return /^(?:[efz]?grep|diff)$/.test(name) && deep ? { trees: [{ words: rest, skipsDotFiles: false }] } : undefined;
}

/** Whether the word makes no search look at more files than usual. */
function isPlain(word: string): boolean {
  return !/^(?:-[^-]*[ugH.]|--(?:hidden|no-ignore|unrestricted|all|i?glob))/.test(word);
}

/** Only options that are known go to git here, so that it runs and writes nothing. */
function gitSearch(words: readonly string[], known: Reading | undefined): Reading | undefined {
  if (known !== undefined) return known.gitNames === undefined ? undefined : known;
  const { before, subcommand, rest } = gitWords(words);
  const folder = before.every((word, at) => /^(?:-C|--no-pager|-P)$/.test(word) || before[at - 1] === '-C');
  const start = folder ? before : [];
  const end = rest.indexOf('--');
  const files = end === -1 ? [] : rest.slice(end + 1);
  const inFiles = (at: number): boolean => end !== -1 && at >= end;
  if (subcommand === 'grep')
    return { trees: [], usesGit: true, gitNames: [...start, 'ls-files', '-z', '--full-name', '--', ...files] };
  if (!/^(?:log|show|diff|stash|whatchanged|format-patch)$/.test(subcommand)) return undefined;
  if (subcommand === 'stash' && rest[0] !== 'show') return undefined;
  if (subcommand === 'log' && !rest.some((word) => /^(?:-[a-z]*[pucmL]|-U|--(?:pat|uni|word|cc|full-diff))/.test(word)))
    return undefined;
  // More than asked for, where an option that is not known would say how much.
  if (subcommand === 'show' || subcommand === 'diff')
    return gitReading([...start, subcommand, ...rest.filter((word, at) => !word.startsWith('-') || inFiles(at))]);
  if (subcommand === 'stash') return gitReading([...start, 'stash', 'show', '-p']);
  return gitReading([...start, 'log', '-p', ...(end === -1 ? [] : rest.slice(end))]);
}

function runsShowing(words: readonly string[]): boolean {
  return words.some(
    (word, at) =>
      /^(?:-(?:exec|execdir|ok|okdir|x|X)|--exec(?:-batch)?)$/.test(word) && showing.has(bareName(words.slice(at + 1))),
  );
}

/** The files that find's words describe, or more. */
function foundBy(words: readonly string[]): Tree {
  const end = words.findIndex((word) => /^-(?:exec|ok)/.test(word));
  const test = end === -1 ? words : words.slice(0, end);
  const isNegated = (at: number): boolean => /^(?:-not|!)$/.test(test[at - 2] ?? '');
  const anded = !test.some((word) => /^(?:-o|-or|,|\()$/.test(word));
  const named = test.filter((_, at) => anded && /^-i?name$/.test(test[at - 1] ?? '') && !isNegated(at));
  const without = test.flatMap((word, at) =>
    anded && test[at - 1] === '-path' && isNegated(at) ? (/^(?:\*|\.)\/([\w.-]+)\/\*$/.exec(word)?.[1] ?? []) : [],
  );
  return { words: test, skipsDotFiles: false, named, without: new Set(without) };
}

function bareName(words: readonly string[]): string {
  const [name = ''] = words;
  return name.slice(name.lastIndexOf('/') + 1);
}
