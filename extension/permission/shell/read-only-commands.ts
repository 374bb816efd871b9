import { gitWords } from './git-words.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** What a command that surely only reads shows, apart from the files that its words name. */
export interface Reading {
  /** Folders whose files it searches. */
  readonly trees: readonly Tree[];
  /** Words after `git` that list the files whose contents it shows. */
  readonly gitNames?: readonly string[];
  /** Whether it reads a repository, whose configuration may name programs. */
  readonly usesGit?: boolean;
}

export interface Tree {
  /** Words that may be its folder; without one that is, the folder where the command runs. */
  readonly words: readonly string[];
  /** Whether files and folders with a dot are left out. */
  readonly skipsDotFiles: boolean;
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
    'df readlink realpath test type which arch fold expand paste od grep egrep fgrep'
  ).split(' '),
);

/** The options that are known to write and to run nothing, of programs that have others too. */
const knownOptions = new Map([
  ['wc', /^(?:-[clmwL]+|--(?:bytes|chars|lines|words|max-line-length))$/],
  ['head', /^-.*$/],
  ['tail', /^(?:-\d+|-[cnqvz]\S*|--(?:lines|bytes)(?:=.*)?)$/],
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

/** Programs that may be asked for their version: no file of the workspace decides what they run. */
const versioned = new Set(
  'node npm python python3 pip pip3 ruby java gcc g++ clang make cmake git docker bash'.split(' '),
);

function readingOf(command: ShellCommand): Reading | undefined {
  const [name = '', ...rest] = command.words;
  // What `$?` becomes is known only when it runs, and `cd` alone goes home.
  if (name !== 'echo' && rest.some((word) => word.includes('$?'))) return undefined;
  if (name === 'cd') return rest.length === 1 && !rest[0]?.startsWith('-') ? nothing : undefined;
  const options = rest.filter((word) => word.length > 1 && word.startsWith('-'));
  if (versioned.has(name) && rest.length === 1 && /^(?:--version|-v|-version)$/.test(rest[0] ?? ''))
    return name === 'bash' && rest[0] !== '--version' ? undefined : nothing;
  if (readers.has(name)) return name.endsWith('grep') ? grepReading(rest, options) : nothing;
  const known = knownOptions.get(name);
  if (known !== undefined) {
    if (!options.every((option) => known.test(option))) return undefined;
    return name === 'rg' ? rgReading(rest, options) : nothing;
  }
  if (name === 'date')
    return rest.every((word) => /^(?:\+|-u$|-I\w*$|--utc$|--iso-8601)/.test(word)) ? nothing : undefined;
  if (name === 'uniq') return rest.length - options.length <= 1 ? nothing : undefined;
  if (name === 'command') return /^-[vV]$/.test(rest[0] ?? '') ? nothing : undefined;
  if (name === 'sed') return isPrintingSed(rest, options) ? nothing : undefined;
  if (name === 'awk') return isPrintingAwk(rest, options) ? nothing : undefined;
  return name === 'git' ? gitReading(rest) : undefined;
}

function grepReading(rest: readonly string[], options: readonly string[]): Reading | undefined {
  // `-R` follows links out of the workspace.
  if (options.some((option) => /^(?:-[A-Za-z]*R|--deref|--dir|-[A-Za-z]*d)/.test(option))) return undefined;
  const deep = options.some((option) => /^(?:-[A-Za-z]*r|--r)/.test(option));
  return deep ? { trees: [{ words: rest, skipsDotFiles: false }] } : nothing;
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
    new RegExp(String.raw`^\s*\{\s*print(?:\s+${field}(?:\s*,\s*${field})*)?\s*\}\s*$`).test(script)
  );
}

const gitOptions = new RegExp(
  '^(?:--|-\\d+|-[nUMCSG]\\S*|-[pusqwbazcmrtvRW]+|--(?:stat(?:=.*)?|shortstat|numstat|summary|name-only|name-status|' +
    'oneline|graph|all|cached|staged|patch|no-patch|no-color|color(?:=\\w+)?|no-ext-diff|no-renames|no-textconv|' +
    'decorate(?:=\\w+)?|no-decorate|abbrev-commit|abbrev(?:=\\d+)?|format=.*|pretty(?:=.*)?|date=.*|' +
    'since=.*|until=.*|' +
    'after=.*|before=.*|author=.*|committer=.*|grep=.*|max-count=\\d+|skip=\\d+|reverse|merges|' +
    'no-merges|first-parent|' +
    'follow|branches|tags|remotes|word-diff(?:=\\w+)?|ignore-(?:all-space|space-change|blank-lines|space-at-eol)|' +
    'unified=\\d+|diff-filter=\\w+|merge-base|short|porcelain(?:=v?\\d)?|branch|ignored|untracked-files(?:=\\w+)?|' +
    'show-toplevel|show-current|abbrev-ref|verify|is-inside-work-tree|git-dir|quiet|list|contains|exit-code|minimal|' +
    'patience|histogram|full-index|raw|left-right|topo-order|date-order|others|modified|deleted|' +
    'exclude-standard|stage|' +
    'error-unmatch|long|count|tags|always))$',
);
const gitBefore = /^(?:--no-pager|-P|--no-optional-locks|--literal-pathspecs|-C)$/;
/** Options that change how changes look, but not which files they are of. */
const looks = new RegExp(
  '^(?:-[pusqwbac]+|-U.*|--(?:patch|no-patch|stat.*|shortstat|numstat|summary|name-.*|oneline|graph|no-color|color.*|' +
    'format.*|pretty.*|word-diff.*|unified.*|decorate.*|raw))$',
);

function gitReading(words: readonly string[]): Reading | undefined {
  const { before, subcommand, rest } = gitWords(words);
  const options = rest.filter((word) => word.length > 1 && word.startsWith('-'));
  const operands = rest.filter((word) => !word.startsWith('-'));
  const clear = before.every((word, at) => gitBefore.test(word) || before[at - 1] === '-C');
  if (!clear || !options.every((option) => gitOptions.test(option))) return undefined;
  const reading = { trees: [], usesGit: true };
  switch (subcommand) {
    case 'status':
      // Twice, `-v` shows the changes.
      return options.some((option) => /^-[a-z]*v/.test(option)) ? undefined : reading;
    case 'rev-parse':
    case 'ls-files':
    case 'ls-tree':
    case 'describe':
    case 'merge-base':
    case 'rev-list':
    case 'blame':
      return reading;
    case 'branch':
      return operands.length === 0 ||
        (/^--(?:list|contains)$/.test(rest[0] ?? '') && !options.some((option) => /^-[^-]/.test(option)))
        ? reading
        : undefined;
    case 'tag':
    case 'remote':
      return operands.length === 0 ? reading : undefined;
    case 'stash':
      if (rest[0] === 'list' && rest.length === 1) return reading;
      return rest[0] === 'show'
        ? { ...reading, gitNames: namesOf([...before, 'stash', 'show'], rest.slice(1)) }
        : undefined;
    case 'log': {
      const shows = options.some((option) => /^(?:-[a-z]*[pucm]|-U|--(?:patch|unified|word-diff))/.test(option));
      return shows ? { ...reading, gitNames: namesOf([...before, 'log', '--format='], rest) } : reading;
    }
    case 'show':
      return { ...reading, gitNames: namesOf([...before, 'show', '--format='], rest) };
    case 'diff':
      return { ...reading, gitNames: namesOf([...before, 'diff'], rest) };
    default:
      return undefined;
  }
}

function namesOf(start: readonly string[], rest: readonly string[]): readonly string[] {
  const end = rest.indexOf('--');
  const kept = rest.filter((word, at) => (end !== -1 && at >= end) || !looks.test(word));
  return [...start, '--name-only', '-z', '--no-ext-diff', ...kept];
}
