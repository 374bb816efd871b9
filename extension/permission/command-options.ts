import { isLike, type Wildcard } from './rule-words.ts';
import type { ShellCommand } from './shell/shell-line.ts';

/** Programs whose long options have one dash, so that `-run` is not `-r -u -n`. */
const singleDash = new Set('find go java javac terraform tofu gcc g++ cc clang openssl ffmpeg php'.split(' '));
/** Letters that mean the same as a long option in nearly every program. */
const longNames: Readonly<Record<string, string>> = { f: '--force', r: '--recursive', R: '--recursive' };
/** Options without a value, so that the next word is none. Of all others that is not known. */
const flags = /^--(?:no-.+|silent|quiet|verbose|version|help|yes|bare|paginate|debug)$/;
const shortFlags = new Map([
  ['git', /^-[pP]$/],
  ['npm', /^-(?:[sqy]|d{1,3})$/],
  ['pnpm', /^-[rw]$/],
  ['yarn', /^-[sv]$/],
  ['docker', /^-D$/],
  ['rm', /^-[rRfivd]+$/],
]);

/** Whether the word is an option, or the `--` that ends them. */
export function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/** Whether the option surely has no value in the next word. */
export function takesNoValue(program: string, option: string): boolean {
  return option === '--' || flags.test(option) || shortFlags.get(program)?.test(option) === true;
}

/**
 * Whether the command has the option in any spelling: merged with others, abbreviated, with `=` and a value, or by its
 * long name.
 */
export function hasOption(text: Wildcard, command: ShellCommand): boolean {
  const { words, globbed, open } = command;
  const option = text.join('*');
  if (open === true) return true;
  const given = words.slice(1);
  if (given.some((word) => isLike(text, word))) return true;
  if (/^(?:-f|--force)$/.test(option) && forcesPush(command)) return true;
  // A glob may become the name of a file that looks like an option.
  if (globbed === true && given.some((word) => /^(?:-.*[*?[]|[?[])/.test(word))) return true;
  if (text.length > 1) return given.some((word) => isLike(text, word.replace(/=.*$/s, '')));
  if (option.startsWith('--'))
    return given.some((word, at) => isLong(option, word, given[at + 1])) || hasLetter(option, command);
  const cluster = /^-([A-Za-z0-9]{1,4})$/.exec(option)?.[1];
  if (cluster === undefined || singleDash.has(words[0] ?? ''))
    return given.some((word) => word.startsWith(`${option}=`));
  const letters = lettersOf(given);
  return [...cluster].every((letter) => letters.has(letter));
}

/** `git push origin +main` is `--force` for that branch. */
function forcesPush({ words }: ShellCommand): boolean {
  return words[0] === 'git' && words.includes('push') && words.some((word) => /^\+./.test(word));
}

/** Whether the command has the option with this value, in the next word or in the same. */
export function hasValue(text: Wildcard, value: Wildcard, { words, open }: ShellCommand): boolean {
  const option = text.join('*');
  const end = option.startsWith('--') ? '=' : '';
  return (
    open === true ||
    words.some((word, at) => {
      if (isLong(option, word, undefined) && isLike(value, word.replace(/^[^=]*=/s, ''))) return true;
      if (word.startsWith(option + end) && isLike(value, word.slice(option.length + end.length))) return true;
      return (word === option || isLong(option, word, undefined)) && isLike(value, words[at + 1] ?? '');
    })
  );
}

/** `--forc`, `--force=yes` and, for the rule's `--tag=a`, `--tag a`. */
function isLong(option: string, word: string, next: string | undefined): boolean {
  if (!/^--./.test(word)) return false;
  const [name = '', value] = option.split(/=(.*)/s);
  const [written = '', given = next] = word.split(/=(.*)/s);
  return name.startsWith(written) && (value === undefined || value === given);
}

function hasLetter(option: string, { words }: ShellCommand): boolean {
  const letters = lettersOf(words.slice(1));
  return Object.entries(longNames).some(([letter, long]) => long === option && letters.has(letter));
}

/** The letters of all short options, and of those long ones that mean the same. */
function lettersOf(words: readonly string[]): ReadonlySet<string> {
  const letters = new Set(
    words.filter((word) => /^-[A-Za-z0-9]+$/.test(word)).flatMap((word) => word.slice(1).split('')),
  );
  for (const [letter, long] of Object.entries(longNames))
    if (words.some((word) => isLong(long, word, undefined))) letters.add(letter);
  if (letters.has('r') || letters.has('R')) for (const same of 'rR') letters.add(same);
  return letters;
}
