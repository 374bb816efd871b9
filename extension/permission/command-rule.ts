import { isLike, ruleWords, type RuleWord, type Wildcard } from './rule-words.ts';
import { hasOption, hasValue, isOption, takesNoValue } from './command-options.ts';
import type { ShellCommand } from './shell/shell-line.ts';

type Positive = Exclude<RuleWord, { kind: 'without' }>;
type Word = Extract<RuleWord, { kind: 'word' }>;

/** Whether an allow rule covers this command: word by word, as it is written. */
export function allowsCommand(pattern: string, command: ShellCommand): boolean {
  const { wanted, without } = partsOf(pattern);
  // Words that are not known yet may be those that the rule excludes.
  if (without.length > 0 && (command.globbed === true || addsWords(command))) return false;
  if (without.some((text) => hasWord(text, command))) return false;
  const fits = (text: Wildcard, word: string): boolean =>
    isLike(text, word) && !(text.length === 1 && command.globbed === true && /[*?[]/.test(word));
  return inOrder(wanted, command.words, fits) || coversTestFiles(wanted, command);
}

/**
 * Whether a deny or ask rule is about this command. The options of the rule may stand anywhere in the command, in any
 * order, merged or abbreviated, and other options may come between its words.
 */
export function touchesCommand(pattern: string, command: ShellCommand): boolean {
  const { wanted, without } = partsOf(pattern);
  const [program, ...rest] = wanted;
  const end = command.words.indexOf('--');
  const known = end === -1 ? command.words : command.words.slice(0, end);
  if (without.some((text) => known.some((word) => isLike(text, word)))) return false;
  const named = program?.kind === 'word' ? program.text : undefined;
  const [name = '', ...words] = command.words;
  if (named !== undefined && !isLike(lower(named), name.toLowerCase())) return false;
  const after = named === undefined ? wanted : rest;
  const own = named === undefined ? command.words : words;
  return optionsAndOperandsFit(after, own, command) || optionValuesFit(after, own, command);
}

function optionsAndOperandsFit(wanted: readonly Positive[], words: readonly string[], command: ShellCommand): boolean {
  const options = wanted.map(optionOf).filter((word) => word !== undefined);
  if (!options.every(({ text }) => hasOption(text, command))) return false;
  return operandsFit(
    wanted.filter((word) => !isOptionWord(word)),
    words,
    command,
  );
}

/** Takes the rule's words after options for their values: `--tag beta` may stand elsewhere, or be `--tag=beta`. */
function optionValuesFit(wanted: readonly Positive[], words: readonly string[], command: ShellCommand): boolean {
  const left: Positive[] = [];
  for (const [at, word] of wanted.entries()) {
    const option = optionOf(wanted[at - 1]);
    if (option === undefined || word.kind === 'any' || isOptionWord(word)) left.push(word);
    else if (!hasValue(option.text, word.text, command)) return false;
  }
  return left.length < wanted.length && optionsAndOperandsFit(left, words, command);
}

function optionOf(word: Positive | undefined): Word | undefined {
  return word?.kind === 'word' && isOption(word.text.join('*')) ? word : undefined;
}

function isOptionWord(word: Positive): boolean {
  return optionOf(word) !== undefined;
}

function partsOf(pattern: string): { readonly wanted: readonly Positive[]; readonly without: readonly Wildcard[] } {
  const all = ruleWords(pattern) ?? [];
  return {
    wanted: all.filter((word) => word.kind !== 'without'),
    without: all.filter((word) => word.kind === 'without').map(({ text }) => text),
  };
}

function lower(text: Wildcard): Wildcard {
  return text.map((part) => part.toLowerCase());
}

function addsWords({ words, open }: ShellCommand): boolean {
  return open === true || words.some((word) => /^(?:.*\/)?(?:xargs|parallel)$/.test(word));
}

function hasWord(text: Wildcard, command: ShellCommand): boolean {
  return isOption(text.join('*')) ? hasOption(text, command) : command.words.some((word) => isLike(text, word));
}

/** The words in order; an `any` takes as few as it can, and more when the rest does not fit. */
function inOrder(
  wanted: readonly Positive[],
  words: readonly string[],
  fits: (text: Wildcard, word: string) => boolean,
): boolean {
  if (wanted.length === 0) return false;
  let [at, want] = [0, 0];
  let back: { at: number; want: number } | undefined;
  while (at < words.length || want < wanted.length) {
    const one = wanted[want];
    if (one?.kind === 'any') {
      want += 1;
      back = { at, want };
    } else if (one !== undefined && at < words.length && fits(one.text, words[at] ?? '')) {
      at += 1;
      want += 1;
    } else {
      if (back === undefined || back.at >= words.length) return false;
      back.at += 1;
      ({ at, want } = back);
    }
  }
  return true;
}

/** `npm test` also covers `npm test -- a.test.js`: names of files inside the workspace, and no options. */
function coversTestFiles(wanted: readonly Positive[], { words, globbed }: ShellCommand): boolean {
  const end = words.indexOf('--');
  if (globbed === true || end < 2 || end === words.length - 1 || wanted.length !== end) return false;
  if (wanted.some((word) => word.kind === 'any' || word.text.length > 1)) return false;
  const files = words
    .slice(end + 1)
    .every((word) => /^(?!-)[\w.@+][\w./@+-]*$/.test(word) && !/(^|\/)\.\.(\/|$)/.test(word));
  return files && isTestScript(words.slice(0, end)) && inOrder(wanted, words.slice(0, end), isLike);
}

/** Whether it is `npm test`, or a script such as `test:unit` of npm, pnpm, yarn or bun. */
export function isTestScript(words: readonly string[]): boolean {
  return /^(?:npm|pnpm|yarn|bun) (?:t|test|run(?:-script)? test(?::[\w:.-]+)?)$/.test(words.join(' '));
}

/**
 * Whether the words that are no options fit the rule's. Any option may come between them, and the word after an option
 * may be its value.
 */
function operandsFit(wanted: readonly RuleWord[], words: readonly string[], command: ShellCommand): boolean {
  const program = command.words[0] ?? '';
  let states = reachable(wanted, [0]);
  let mayBeValue = false;
  for (const word of words) {
    const next: number[] = [];
    const option = isOption(word);
    for (const state of states) {
      const want = wanted[state];
      if (want?.kind === 'any' || option || mayBeValue) next.push(state);
      const value = option ? /=(.*)$/s.exec(word)?.[1] : word;
      if (want?.kind === 'word' && value !== undefined && mayStandFor(want.text, value, command)) next.push(state + 1);
    }
    mayBeValue = option && !word.includes('=') && !takesNoValue(program, word);
    states = reachable(wanted, next);
  }
  return states.some((state) => state === wanted.length) || (command.open === true && states.length > 0);
}

/** The states, and those that follow without another word. */
function reachable(wanted: readonly RuleWord[], states: readonly number[]): readonly number[] {
  const all = new Set(states);
  for (const state of all) if (wanted[state]?.kind === 'any') all.add(state + 1);
  return [...all];
}

/** `{}` of find is the name of any file, and a glob is what it may match. */
function mayStandFor(text: Wildcard, word: string, { words, globbed }: ShellCommand): boolean {
  if (isLike(text, word) || word.includes('{}')) return true;
  if (words[0] === 'npm' && word.length > 2 && text[0]?.startsWith(word) === true) return true; // `npm pub`
  if (globbed !== true || !/[*?[]/.test(word)) return false;
  return text.length > 1 || isLike(word.split(/\*|\?|\[[^\]]*\]?/), text[0] ?? '');
}
