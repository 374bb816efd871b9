import { gitWords } from './git-words.ts';
import type { Reading } from './read-only-commands.ts';

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

/** What a git command shows; undefined when it may do something else. */
export function gitReading(words: readonly string[]): Reading | undefined {
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
      return reading;
    case 'blame':
      return { ...reading, storedFiles: operands.map((word) => `./${word}`) };
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
      return showReading(before, rest);
    case 'diff':
      return { ...reading, gitNames: namesOf([...before, 'diff'], rest) };
    default:
      return undefined;
  }
}

/** `rev:path` shows a file, or lists a folder; everything else shows changes. */
function showReading(before: readonly string[], rest: readonly string[]): Reading | undefined {
  const end = rest.indexOf('--');
  const isStored = (word: string, at: number): boolean =>
    (end === -1 || at < end) && /^[^-].*:|^:(?!\/)/.test(word) && !word.startsWith(':/');
  const stored = rest.filter(isStored);
  if (stored.some((word) => word.includes('{/'))) return undefined; // text to look for, which may hold a colon
  const others = rest.filter((word, at) => !isStored(word, at));
  const changes = stored.length === 0 || others.some((word) => !word.startsWith('-'));
  return {
    trees: [],
    usesGit: true,
    storedFiles: stored.map(storedName),
    ...(changes && { gitNames: namesOf([...before, 'show', '--format='], others) }),
  };
}

/** The path in `HEAD:path`, `:path` and `:0:path`. */
export function storedName(word: string): string {
  return word.replace(/^(?::[0-3]:|[^:]*:)/, '');
}

function namesOf(start: readonly string[], rest: readonly string[]): readonly string[] {
  const end = rest.indexOf('--');
  const kept = rest.filter((word, at) => (end !== -1 && at >= end) || !looks.test(word));
  return [...start, '--name-only', '-z', '--no-ext-diff', ...kept];
}
