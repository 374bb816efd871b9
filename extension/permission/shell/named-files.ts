import { storedName } from './git-reading.ts';
import { gitWords } from './git-words.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** The names of files that a command may be about. */
export interface NamedFiles {
  readonly names: readonly string[];
  /** Names of files that a repository may have, also if they are gone from the disk. */
  readonly stored: readonly string[];
  /** Whether the shell replaces globs in the names by the files that they match. */
  readonly globbed: boolean;
}

const partsMax = 40;

/**
 * The names of files in the words of a command: `.env` in `--env-file=.env`, `@.env`, `HEAD:.env`, `-f.env` and
 * `open('.env')`. A word that is no file is among them too.
 */
export function namedFiles(command: ShellCommand): NamedFiles {
  const { words, globbed } = command;
  const names = words.flatMap((word, at) => (at > 0 && isPattern(words, at) ? [] : namesIn(word)));
  return { names: [...new Set(names)], stored: storedIn(words), globbed: globbed === true };
}

/** `private/a` in `git show HEAD:private/a`, `git blame main private/a` and `git log -p -- private/a`. */
function storedIn([program = '', ...rest]: readonly string[]): readonly string[] {
  if (program !== 'git') return [];
  const { subcommand, rest: words } = gitWords(rest);
  if (!/^(?:show|blame|annotate|log|diff|cat-file|grep|restore|checkout|archive)$/.test(subcommand)) return [];
  return words.filter((word) => word !== '' && !word.startsWith('-')).map(storedName);
}

/** The folders that names of a line may be relative to, apart from where it starts: `cd x`, `git -C x`. */
export function foldersOf({ seen }: ShellLine): readonly string[] {
  return seen.flatMap(({ words }) =>
    words.flatMap((word, at) => {
      const moved =
        at === 0 && /^(?:cd|pushd)$/.test(word) ? words.slice(1).find((one) => !one.startsWith('-')) : undefined;
      const named = /^(?:-C|--(?:prefix|cwd|directory|dir|work-tree|chdir))$/.test(word) ? words[at + 1] : undefined;
      const joined = /^(?:-C|--(?:prefix|cwd|directory|dir|work-tree|chdir)=)(.+)$/s.exec(word)?.[1];
      return [moved, named, joined].filter((folder) => folder !== undefined);
    }),
  );
}

function namesIn(word: string): readonly string[] {
  const names = [word, ...word.split(/[=:@,;]/)];
  if (/^-[A-Za-z]/.test(word)) names.push(word.slice(2), word.replace(/^-+[\w-]*?(?=[./])/, ''));
  if (/[\s'"`()]/.test(word)) {
    for (const [, , text = ''] of word.matchAll(/(["'`])([^"'`]*)\1/g)) names.push(text);
    names.push(...word.split(/[\s'"`]+/).filter((part) => !/[(){}[\]]/.test(part)));
  }
  return names.filter((name) => name !== '' && name.length < 4096).slice(0, partsMax);
}

/** Whether the word is a message, text to look for, or a pattern that leaves files out: `-not -path "*\/.git/*"`. */
function isPattern(words: readonly string[], at: number): boolean {
  const [word = '', before = '', twoBefore = ''] = [words[at], words[at - 1], words[at - 2]];
  if (/^-(?:i?path|i?name|i?wholename)$/.test(before))
    return /^(?:-not|!)$/.test(twoBefore) || words[at + 1] === '-prune';
  if (/^--(?:exclude|exclude-dir|ignore|ignore-dir|ignore-pattern|message)$/.test(before)) return true;
  if (
    before === '-m' &&
    words[0] === 'git' &&
    /^(?:commit|tag|merge|stash|notes)$/.test(gitWords(words.slice(1)).subcommand)
  )
    return true;
  if (/^(?:--(?:exclude|exclude-dir|ignore|ignore-dir|ignore-pattern|message)=|!.|:[!^])/.test(word)) return true;
  return at === searchedText(words);
}

/** Where the expression of a search stands; undefined if that is not sure. */
function searchedText(words: readonly string[]): number | undefined {
  const name = words[0] ?? '';
  const git = name === 'git' ? gitWords(words.slice(1)) : undefined;
  if (!/^(?:[ef]?grep|rg)$/.test(name) && git?.subcommand !== 'grep') return undefined;
  const start = git === undefined ? 1 : git.before.length + 2;
  const options = words.slice(start).filter((word) => word.startsWith('-'));
  if (options.some((word) => /^(?:-[A-Za-z]*[ef]|--(?:reg|file|type-list))/.test(word))) return undefined;
  const at = words.findIndex((word, index) => index >= start && !word.startsWith('-'));
  const clear = words.slice(start, Math.max(at, start)).every((word) => searchFlag.test(word));
  return at === -1 || !clear ? undefined : at;
}

/** Options of searches without a value in the next word. */
const searchFlag =
  /^(?:-[acHhiILlnoPEFqrRsSvwxz]+|-[ABCm]\d+|--[\w-]+=.*|--(?:no-.+|colou?r|line-number|recursive|hidden))$/s;
