import { gitReading } from './git-reading.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** What a command that surely only reads shows, apart from the files that its words name. */
export interface Reading {
  /** Folders whose files it searches. */
  readonly trees: readonly Tree[];
  /** Words after `git` that list the files whose contents it shows. */
  readonly gitNames?: readonly string[];
  /** Files that it shows as they once were: relative to the repository, with `./` to the folder where it runs. */
  readonly storedFiles?: readonly string[];
  /** Words that must not be folders: it would read the files in them, also behind links. */
  readonly files?: readonly string[];
  /** Whether it reads a repository, whose configuration may name programs. */
  readonly usesGit?: boolean;
}

export interface Tree {
  /** Words that may be its folder; without one that is, the folder where the command runs. */
  readonly words: readonly string[];
  /** Whether files and folders with a dot are left out. */
  readonly skipsDotFiles: boolean;
  /** Names of folders that are left out. */
  readonly without?: ReadonlySet<string>;
  /** Globs that the names of its files match; without them it looks at all. */
  readonly named?: readonly string[];
}

const nothing: Reading = { trees: [] };

/** What each command of the line reads; undefined when one of them may do something else. */
export function readingsOf(line: ShellLine): readonly Reading[] | undefined {
  if (!line.readable) return undefined;
  const readings = line.commands.map(readingOf);
  return readings.every((reading) => reading !== undefined) ? readings : undefined;
}

/** Programs that only read, whatever their options are. */
const readers = new Set(
  (
    'ls pwd cat nl tac rev cut stat basename dirname uname nproc id whoami groups echo printf true false ' +
    'seq tr comm cmp ' +
    'df readlink realpath test type which fold expand paste od'
  ).split(' '),
);

/** The options that are known to write and to run nothing, of programs that have others too. */
const knownOptions = new Map([
  ['wc', /^(?:-[clmwL]+|--(?:bytes|chars|lines|words|max-line-length))$/],
  ['head', /^-.*$/],
  ['tail', /^(?:-\d+|-[cn]\S*|-[qvz]+|--(?:lines|bytes)(?:=.*)?)$/],
  ['du', /^(?:-[abcdhklmsSx0-9]+|--(?:max-depth(?:=\d+)?|human-readable|summarize|all|apparent-size))$/],
  ['tree', /^(?:-[adfhpsLIPFDCn\d]+|--(?:dirsfirst|noreport|gitignore))$/],
  ['sort', /^-[bdfghiMnRrVcCmsuzkt0-9.,:;|]+$/],
  ['file', /^(?:-[bhiNnpr]+|--(?:brief|mime(?:-type|-encoding)?))$/],
  ['diff', /^(?:-[abBdEiNpqsTtuwyU0-9]+|--(?:brief|unified(?:=\d+)?|color(?:=\w+)?|side-by-side|ignore-[\w-]+))$/],
  ['sha256sum', /^-[bt]$/],
  ['md5sum', /^-[bt]$/],
  [
    'rg',
    new RegExp(
      '^(?:-[cFHiIlnNopPqsSvwxaU]+|-[ABCmtTgeMd]\\S*|--(?:(?:glob|iglob|type|type-not|color|context|' +
        'after-context|regexp|' +
        'before-context|max-count|max-depth|sort|max-columns)(?:=.*)?|count|files|ignore-case|line-number|no-heading|' +
        'heading|word-regexp|fixed-strings|files-with-matches|files-without-match|smart-case|multiline|stats|json|' +
        'vimgrep|column|no-line-number|only-matching|type-list|trim|with-filename|no-filename))$',
    ),
  ],
  [
    'find',
    new RegExp(
      '^-(?:i?name|i?path|i?wholename|i?regex|regextype|type|xtype|maxdepth|mindepth|size|[acm]time|' +
        '[acm]min|newer\\w*|' +
        'empty|not|o|or|a|and|print0?|printf|prune|depth|perm|user|group|links|executable|readable|writable|ls|quit|' +
        'true|false|mount|xdev|daystart|\\d+)$',
    ),
  ],
]);

/**
 * Programs that may be asked for their version: no file of the workspace decides what they run. `-v` makes Python run
 * its input.
 */
const versioned = new RegExp(
  '^(?:(?:node|npm|python3?|pip3?|ruby|java|gcc|g\\+\\+|clang|make|cmake|git|docker|bash) --version|' +
    '(?:node|npm|ruby|gcc|g\\+\\+|clang|make|git|docker) -v|java -version)$',
);

/** What one command reads; undefined when it may do something else. */
export function readingOf(command: ShellCommand): Reading | undefined {
  const [name = '', ...rest] = command.words;
  // What `$?` becomes is known only when it runs, and `cd` alone goes home.
  if (name !== 'echo' && rest.some((word) => word.includes('$?'))) return undefined;
  if (name === 'cd') return rest.length === 1 && !rest[0]?.startsWith('-') ? nothing : undefined;
  const options = rest.filter(isOption);
  if (versioned.test(command.words.join(' '))) return nothing;
  if (readers.has(name)) return nothing;
  if (/^[ef]?grep$/.test(name)) return grepReading(rest);
  const known = knownOptions.get(name);
  if (known !== undefined) {
    if (!options.every((option) => known.test(option))) return undefined;
    if (name === 'rg') return rgReading(rest, options);
    return name === 'diff' ? { trees: [], files: rest } : nothing;
  }
  if (name === 'arch') return rest.length === 0 ? nothing : undefined; // on macOS it runs what comes after it
  if (name === 'date')
    return rest.every((word) => /^(?:\+|-u$|-I\w*$|--utc$|--iso-8601)/.test(word)) ? nothing : undefined;
  if (name === 'uniq') return rest.length - options.length <= 1 && !rest.includes('--') ? nothing : undefined;
  if (name === 'command') return /^-[vV]$/.test(rest[0] ?? '') ? nothing : undefined;
  if (name === 'sed') return isPrintingSed(rest, options) ? nothing : undefined;
  if (name === 'awk') return isPrintingAwk(rest, options) ? nothing : undefined;
  return name === 'git' ? gitReading(rest) : undefined;
}

const grepFlag = new RegExp(
  '^(?:-[0-9abcEFGHhiIlLnoPqrsTUvwxyZz]+|-[0-9abcEFGHhiIlLnoPqrsTUvwxyZz]*[ABCmef].*|' +
    '--(?:recursive|ignore-case|no-ignore-case|line-number|count|color|colour|text|null|quiet|silent|no-messages|' +
    'word-regexp|line-regexp|extended-regexp|fixed-strings|basic-regexp|perl-regexp|only-matching|invert-match|' +
    'files-with-matches|files-without-match|with-filename|no-filename|initial-tab|byte-offset|null-data|' +
    '(?:include|exclude|exclude-dir|regexp|max-count|context|after-context|before-context|colou?r|binary-files)=.*))$',
  's',
);
/** An option whose value is the next word. */
const grepValued = /^-[0-9a-zA-Z]*[ABCmef]$/;

/** All others are not known, among them abbreviations and those that follow links: `-R`, `-d`. */
function grepReading(rest: readonly string[]): Reading | undefined {
  const end = rest.indexOf('--');
  const before = end === -1 ? rest : rest.slice(0, end);
  const options = before.filter((word, at) => isOption(word) && !grepValued.test(before[at - 1] ?? ''));
  // A word after an option with a value is that value, or an option if the value was in the same word.
  if (!before.filter(isOption).every((option) => grepFlag.test(option))) return undefined;
  if (!before.some((word) => /^(?:-[0-9a-zA-Z]*r|--recursive$)/.test(word))) return nothing;
  const without = new Set(options.flatMap((word) => /^--exclude-dir=([\w.-]+)$/.exec(word)?.[1] ?? []));
  return { trees: [{ words: rest, skipsDotFiles: false, without }] };
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

function rgReading(rest: readonly string[], options: readonly string[]): Reading {
  // A glob also finds files with a dot and ignored ones.
  return {
    trees: [{ words: rest, skipsDotFiles: !options.some((option) => /^(?:-[a-zA-Z]*g|--i?glob)/.test(option)) }],
  };
}

const address = String.raw`(?:\d+|\$|/(?:[^/\\\n]|\\[^\n])*/)`;
const printing = String.raw`(?:${address}(?:\s*,\s*${address})?)?\s*!?\s*[pdq=]`;
const replacing = String.raw`s/(?:[^/\\\n]|\\[^\n])*/(?:[^/\\\n]|\\[^\n])*/[gpiI\d]*`;
const sedScript = new RegExp(String.raw`^\s*(?:${printing}|${replacing})(?:\s*;\s*(?:${printing}|${replacing}))*\s*$`);

/** A script of other commands may write (`w`) or run (`e`). */
function isPrintingSed(rest: readonly string[], options: readonly string[]): boolean {
  const script = rest.find((word) => !word.startsWith('-')) ?? '';
  return options.every((option) => /^-[nEr]+$/.test(option)) && sedScript.test(script);
}

function isPrintingAwk(rest: readonly string[], options: readonly string[]): boolean {
  const script = rest.find((word) => !word.startsWith('-')) ?? '';
  const field = String.raw`\$(?:\d+|NF)`;
  return (
    options.every((option) => /^-F./.test(option)) &&
    // gawk takes these for connections.
    !rest.some((word) => /^\/+inet/.test(word)) &&
    new RegExp(String.raw`^\s*\{\s*print(?:\s+${field}(?:\s*,\s*${field})*)?\s*\}\s*$`).test(script)
  );
}
