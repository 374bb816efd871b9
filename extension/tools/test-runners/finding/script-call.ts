import path from 'node:path';

/** What a command asks a package manager or a task runner for. */
export type ScriptCall =
  /** Scripts of a package, by names or patterns. `folder` is relative; `args` go behind the script's own text. */
  | {
      readonly kind: 'scripts';
      readonly names: readonly string[];
      readonly args: readonly string[];
      readonly folder?: string;
    }
  /** A script of the packages of a workspace; `only` names some of them, by name or folder. */
  | {
      readonly kind: 'packages';
      readonly script: string;
      readonly only: readonly string[];
      readonly args: readonly string[];
    }
  /** Shell lines. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** Options of package managers that take the next word as their value. */
const folderOptions = /^(-C|--dir|--cwd|--prefix)$/;
const packageOptions = /^(--workspace|--filter|-F|--scope|-w)$/;
const allPackages = /^(-ws|--workspaces|-r|--recursive)$/;
/** A task of a monorepo that runs tests. */
const testTask = /(^|[:_-])(test|tests|spec|unit|e2e)($|[:_-])/;

/** Reads a call of a script; undefined for any other command. `scripts` are the names of the package's scripts. */
export function scriptCall(words: readonly string[], scripts: ReadonlySet<string>): ScriptCall | undefined {
  const program = path.posix.basename((words[0] ?? '').replaceAll('\\', '/')).replace(/\.(cmd|js|cjs)$/, '');
  const rest = words.slice(1);
  switch (program) {
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun':
      return managerCall(program, rest, scripts);
    case 'node':
      return rest[0] === '--run' && rest[1] !== undefined
        ? { kind: 'scripts', names: [rest[1]], args: rest.slice(rest[2] === '--' ? 3 : 2) }
        : undefined;
    case 'run-s':
    case 'run-p':
    case 'npm-run-all':
    case 'npm-run-all2':
      return listCall(rest);
    case 'concurrently':
      return { kind: 'lines', lines: concurrentLines(rest) };
    case 'turbo':
      return taskCall(rest[0] === 'run' ? rest.slice(1) : rest);
    case 'lerna':
      return rest[0] === 'run' ? taskCall(rest.slice(1)) : undefined;
    case 'nx':
      return nxCall(rest);
    default:
      return undefined;
  }
}

interface ManagerWords {
  readonly positional: readonly string[];
  readonly args: readonly string[];
  readonly folder: string | undefined;
  readonly only: readonly string[];
  readonly all: boolean;
}

function managerCall(program: string, words: readonly string[], scripts: ReadonlySet<string>): ScriptCall | undefined {
  const { positional, args, folder, only, all } = managerWords(program, words);
  const [verb = '', ...others] = positional;
  if (program === 'yarn' && verb === 'workspace')
    return named(others[1] === 'run' ? others[2] : others[1], {
      only: [others[0] ?? ''],
      args,
      all: false,
      folder,
    });
  if (program === 'yarn' && verb === 'workspaces')
    return named(others[others.indexOf('run') + 1], { only, args, all: true, folder });
  const runs = /^(run|run-script|rum|urn)$/.test(verb);
  const alias = program === 'npm' || program === 'pnpm' ? /^(t|tst)$/ : /^$/;
  if (program === 'bun' && !runs && verb === 'test') return undefined;
  const short = alias.test(verb) ? 'test' : verb;
  const name = runs ? others[0] : short;
  const known = runs || name === 'test' || (program !== 'npm' && (scripts.has(verb) || folder !== undefined));
  if (!known && !(all || only.length > 0)) return undefined;
  if (/^(exec|dlx|x|install|i|ci|add)$/.test(verb)) return undefined;
  return named(name, { only, args: [...others.slice(runs ? 1 : 0), ...args], all, folder });
}

function named(
  name: string | undefined,
  { only, all, args, folder }: Omit<ManagerWords, 'positional'>,
): ScriptCall | undefined {
  if (name === undefined || name === '') return undefined;
  if (all || only.length > 0) return { kind: 'packages', script: name, only, args };
  return { kind: 'scripts', names: [name], args, ...(folder !== undefined && { folder }) };
}

function managerWords(program: string, words: readonly string[]): ManagerWords {
  const positional: string[] = [];
  const only: string[] = [];
  let folder: string | undefined;
  let all = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { positional, args: words.slice(at + 1), folder, only, all };
    const [option = '', joined] = word.startsWith('--') ? splitOption(word) : [word];
    if (folderOptions.test(option)) folder = joined ?? words[++at];
    else if (packageOptions.test(option) && !(program === 'pnpm' && option === '-w'))
      only.push(joined ?? words[++at] ?? '');
    else if (allPackages.test(option)) all = true;
    else if (!word.startsWith('-')) positional.push(word);
    // All but npm hand what follows the script's name to the script.
    else if (program !== 'npm' && positional.length > 0 && !/^(run|workspaces)$/.test(positional[0] ?? ''))
      return { positional, args: words.slice(at), folder, only, all };
  }
  return { positional, args: [], folder, only, all };
}

function splitOption(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** `run-s lint "test:* -- --ci"`. */
function listCall(words: readonly string[]): ScriptCall {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const names = own.filter((word, at) => !word.startsWith('-') && own[at - 1] !== '--max-parallel');
  return { kind: 'lines', lines: names.map((name) => `npm run ${name}`) };
}

/** The commands of `concurrently -n a,b "npm:test:*" "tsc"`. */
function concurrentLines(words: readonly string[]): string[] {
  const valued = /^(-n|--names|-c|--prefix-colors|-s|--success|-p|--prefix|-m|--max-processes|-t|-l)$/;
  return words
    .filter((word, at) => !word.startsWith('-') && !valued.test(words[at - 1] ?? ''))
    .map((line) => line.replace(/^(npm|yarn|pnpm|bun|node):/, '$1 run ').replace(/^node run /, 'node --run '));
}

/** `turbo run lint test --filter=web`: the task that tests. */
function taskCall(words: readonly string[]): ScriptCall | undefined {
  const { positional, args, only, all } = managerWords('npm', words);
  const task = positional.find((word) => testTask.test(word)) ?? positional[0];
  return named(task, { only, args, all: all || only.length === 0, folder: undefined });
}

/** `nx test web`, `nx run web:test`, `nx run-many -t lint test`, `nx affected --target=test`. */
function nxCall(words: readonly string[]): ScriptCall | undefined {
  const [verb = '', ...rest] = words;
  if (verb === 'run') {
    const [project = '', task] = (rest[0] ?? '').split(':');
    return named(task, { only: [project], args: [], all: false, folder: undefined });
  }
  if (verb === 'run-many' || verb.startsWith('affected')) {
    const tasks = [...verb.split(':').slice(1), ...optionValues(rest, /^(-t|--targets?)$/)];
    const task = tasks.find((word) => testTask.test(word)) ?? tasks[0];
    const only = optionValues(rest, /^(-p|--projects)$/).filter((name) => !name.includes('*'));
    return named(task, { only, args: [], all: true, folder: undefined });
  }
  if (!testTask.test(verb)) return undefined;
  const project = rest.find((word) => !word.startsWith('-'));
  return named(verb, {
    only: project === undefined ? [] : [project],
    args: [],
    all: project === undefined,
    folder: undefined,
  });
}

/** `-t a b`, `--targets=a,b`. */
function optionValues(words: readonly string[], option: RegExp): string[] {
  return words.flatMap((word, at) => {
    const [name, joined] = splitOption(word);
    if (!option.test(name)) return [];
    if (joined !== undefined) return joined.split(',');
    const following = words.slice(at + 1);
    const end = following.findIndex((other) => other.startsWith('-'));
    return following.slice(0, end < 0 ? undefined : end).flatMap((other) => other.split(','));
  });
}
