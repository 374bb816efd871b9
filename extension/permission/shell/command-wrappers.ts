import { isCommandName } from './bash-line.ts';
import { textsInCode } from './code-in-words.ts';
import { assignmentIn, isHarmlessAssignment } from './harmless-variables.ts';
import { gitRunsText } from './git-words.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** A command of a line, with what decides whether other commands behind it can be told. */
export interface OuterCommand extends ShellCommand {
  /** Whether a glob may add words to it. */
  readonly globbed: boolean;
}

/** The commands that a command runs. */
export interface InnerCommands {
  readonly seen: readonly ShellCommand[];
  /** Whether `seen` is all that it runs, apart from what a program does by itself. */
  readonly complete: boolean;
}

/** Reads a line of the shell. */
type ReadLine = (line: string) => ShellLine;

/** How a program that runs another one takes its own words. */
interface Wrapper {
  /** Options without a value, or with the value in the same word. */
  readonly flags: RegExp;
  /** Options that take the next word as their value. */
  readonly valued?: RegExp;
  /** Words between the options and the command. */
  readonly operands?: number;
  /** Whether `NAME=value` may come before the command. */
  readonly assigns?: boolean;
  /** Whether it adds words to the command. */
  readonly open?: boolean;
}

const wrappers = new Map<string, Wrapper>([
  ['time', { flags: /^-[pv]$/ }],
  ['command', { flags: /^-p$/ }],
  ['exec', { flags: /^-[cl]+$/, valued: /^-a$/ }],
  ['builtin', { flags: /^(?!)/ }],
  ['coproc', { flags: /^(?!)/ }],
  ['nohup', { flags: /^(?!)/ }],
  ['busybox', { flags: /^(?!)/ }],
  ['toybox', { flags: /^(?!)/ }],
  ['setsid', { flags: /^-[cfw]+$/ }],
  ['env', { flags: /^(?:-[i0v]?|--ignore-environment|--(?:unset|chdir)=.*|-u.+)$/, valued: /^-[uC]$/, assigns: true }],
  ['nice', { flags: /^(?:-n?-?\d+|--adjustment=-?\d+)$/, valued: /^-n$/ }],
  ['ionice', { flags: /^-(?:[cn]\d|t)$/, valued: /^-[cn]$/ }],
  ['stdbuf', { flags: /^(?:-[ioe].+|--(?:input|output|error)=.+)$/, valued: /^-[ioe]$/ }],
  [
    'timeout',
    {
      flags: /^(?:-v|--verbose|--foreground|--preserve-status|--(?:signal|kill-after)=.+|-[sk].+)$/,
      valued: /^-[sk]$/,
      operands: 1,
    },
  ],
  ['sudo', { flags: /^-[AEHPSbkn]+$/, valued: /^-[Cghpu]$/, assigns: true }],
  ['doas', { flags: /^-n$/, valued: /^-u$/ }],
  [
    'xargs',
    { flags: /^(?:-[0prtx]+|-[nPLds].+|--(?:null|no-run-if-empty|verbose))$/, valued: /^-[nPLdsE]$/, open: true },
  ],
]);
export const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash']);
/** Programs that run code not shown in their words, or change the meaning of later words. */
const opaque = new Set(
  (
    'alias bg bind caller compgen complete compopt declare disown enable export fc fg getopts hash history jobs let ' +
    'local logout mapfile readarray read readonly shopt suspend trap typeset unalias unset ' +
    'zsh ksh mksh ash fish csh tcsh su runuser watch parallel script pkexec run0 systemd-run at batch crontab flock ' +
    'unshare nsenter chroot entr expect strace ltrace rlwrap chrt taskset setarch firejail bwrap cmd powershell pwsh'
  ).split(' '),
);
/** Programs that run what comes after them: deny rules look at it, and nobody is asked because of it. */
const runners = new RegExp(
  '^(?:npx|bunx|pnpx|cross-env|dotenv|direnv|fakeroot|xvfb-run|dbus-run-session|ssh-agent|setpriv|prlimit|sg|gosu|' +
    'su-exec|tini|dumb-init|unbuffer|faketime|caffeinate|arch|linux32|linux64|i386|valgrind|numactl|chronic|choom|' +
    'start-stop-daemon|systemd-inhibit|hyperfine)$',
);
/** Programs with a subcommand that runs what comes after it. */
const runningSubcommands: readonly (readonly [programs: RegExp, subcommands: RegExp])[] = [
  [/^(?:npm|pnpm|yarn|bun|bundle|mise|asdf|rbenv|pyenv|nodenv)$/, /^(?:exec|x|dlx)$/],
  [/^(?:poetry|pipenv|uv|pdm|hatch|rye|conda|mamba|micromamba|pixi|devbox|doppler|op|flatpak)$/, /^run$/],
];
const suffixesMax = 20;
const nestingMax = 20;

/** The commands behind this one: what a wrapper or a shell runs, and the program by its bare name. */
export function lookThrough(command: OuterCommand, read: ReadLine, nesting = 0): InnerCommands {
  if (nesting > nestingMax) return { seen: [], complete: false };
  const [written = '', ...rest] = command.words;
  const name = written.slice(written.lastIndexOf('/') + 1);
  const named = name === written ? [] : [{ ...command, words: [name, ...rest] }];
  const inner = innerOf({ ...command, words: [name, ...rest] }, read, nesting);
  return { seen: [...named, ...inner.seen], complete: inner.complete };
}

function innerOf(command: OuterCommand, read: ReadLine, nesting: number): InnerCommands {
  const [name = '', ...rest] = command.words;
  const wrapper = wrappers.get(name);
  if (wrapper !== undefined) return behindWrapper(command, wrapper, read, nesting);
  if (shells.has(name)) return behindShell(command, read);
  if (name === 'eval') return command.globbed ? suffixes(rest, read) : behindScript(rest.join(' '), read);
  if (name === 'find') return behindFind(command, read, nesting);
  if (name === 'git' && gitRunsText(rest)) return suffixes(rest.flatMap(withSettingText), read);
  const passed = passedOn(name, rest);
  if (passed !== undefined) return { seen: suffixes(passed, read).seen, complete: !runsGivenText(name, rest) };
  if (opaque.has(name)) return suffixes(rest, read);
  return { seen: inCode(command.words, read), complete: isPlainBuiltin(name, rest) };
}

/** The words of which some rest is a command that this program runs; undefined when it runs none. */
function passedOn(name: string, rest: readonly string[]): readonly string[] | undefined {
  if (runners.test(name)) return rest;
  const [, subcommands] = runningSubcommands.find(([programs]) => programs.test(name)) ?? [];
  const at = rest.findIndex((word) => subcommands?.test(word) === true);
  return at === -1 ? undefined : rest.slice(at + 1);
}

/** What code given in the words of an interpreter may run. */
function inCode(words: readonly string[], read: ReadLine): readonly ShellCommand[] {
  return textsInCode(words).flatMap((text) => (typeof text === 'string' ? read(text).seen : [{ words: text }]));
}

/** `npx -c 'rm x'`: the text is a line of a shell. */
function runsGivenText(name: string, rest: readonly string[]): boolean {
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  return /^(?:npx|npm|pnpm|sg)$/.test(name) && own.some((word) => /^(?:-c|--call|--shell-mode)/.test(word));
}

/** `alias.a=!rm x` as it is, and what it runs. */
function withSettingText(word: string): readonly string[] {
  const text = /^(?:--?\S*?[= ]?)?[\w.]+=!?(.*\s.*)$/s.exec(word)?.[1];
  return text === undefined ? [word] : [word, text];
}

/** Builtins that compute `$(…)` in the subscript of an array, also when it was quoted. */
function isPlainBuiltin(name: string, rest: readonly string[]): boolean {
  if (name === 'printf' || name === 'wait') return !rest.some((word) => /^-[vp]/.test(word));
  if (name === 'test') return !rest.some((word) => word.includes('['));
  if (name === 'set') return rest.every((word) => /^(?:[-+][euxvo]+|pipefail)$/.test(word));
  return true;
}

function behindWrapper(
  { words, globbed, open }: OuterCommand,
  wrapper: Wrapper,
  read: ReadLine,
  nesting: number,
): InnerCommands {
  const name = words[0] ?? '';
  if (name === 'command' && /^-[vV]$/.test(words[1] ?? '')) return { seen: [], complete: true };
  const start = commandStart(words, wrapper);
  if (start === undefined) return suffixes(words.slice(1), read);
  const inner = words.slice(start);
  const [program] = inner;
  const grows = open === true || wrapper.open === true;
  // Without a command, `xargs env` takes it from its input, and `time |` is not a command in bash.
  if (program === undefined) return { seen: [], complete: open !== true && name !== 'time' };
  const clear = isCommandName(program) && !(globbed && words.slice(1, start).some((word) => /[*?[]/.test(word)));
  const command = { words: inner, globbed, ...(grows && { open: true }) };
  const deeper = lookThrough(command, read, nesting + 1);
  return {
    seen: [command, ...deeper.seen],
    complete: clear && deeper.complete && !(grows && runsOthers(program)),
  };
}

/** Whether words that are added to this program may become a command. */
function runsOthers(program: string): boolean {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return wrappers.has(name) || shells.has(name) || name === 'eval' || name === 'find';
}

/** Where the wrapper's own words end; undefined when one of them is not known. */
function commandStart(words: readonly string[], wrapper: Wrapper): number | undefined {
  let at = 1;
  for (let word = words[at]; word?.startsWith('-') === true; word = words[at]) {
    if (word === '--') {
      at++;
      break;
    }
    if (wrapper.valued?.test(word) === true) at += 2;
    else if (wrapper.flags.test(word)) at++;
    else return undefined;
  }
  for (let word = words[at]; wrapper.assigns === true && word?.includes('=') === true; word = words[at]) {
    const assigned = assignmentIn(word);
    if (assigned === undefined || !isHarmlessAssignment(assigned.name, assigned.value)) return undefined;
    at++;
  }
  return at + (wrapper.operands ?? 0);
}

function behindShell({ words, globbed }: OuterCommand, read: ReadLine): InnerCommands {
  const rest = words.slice(1);
  const first = rest.findIndex((word) => !/^[-+]/.test(word));
  const options = first === -1 ? rest : rest.slice(0, first);
  const operand = first === -1 ? undefined : rest[first];
  const known = options.every((option) => /^-[ceuxlv]+$/.test(option));
  const runsText = options.some((option) => /^-[A-Za-z]*c/.test(option));
  if (!runsText && operand === undefined) {
    // A shell without a script runs its input.
    return { seen: [], complete: rest.length === 1 && /^--(?:version|help)$/.test(rest[0] ?? '') };
  }
  if (!runsText) return { seen: [], complete: known && !globbed };
  if (operand === undefined) return { seen: [], complete: false };
  const { seen, complete } = behindScript(operand, read);
  return { seen, complete: complete && known && !globbed };
}

function behindScript(script: string, read: ReadLine): InnerCommands {
  const { seen, readable } = read(script);
  return { seen, complete: readable };
}

/** `find … -exec rm {} ;` runs rm with the names that were found. */
function behindFind({ words, globbed }: OuterCommand, read: ReadLine, nesting: number): InnerCommands {
  const found: InnerCommands[] = [];
  for (let at = 0; at < words.length; at++) {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(words[at] ?? '')) continue;
    const rest = words.slice(at + 1);
    const end = rest.findIndex((one, index) => one === ';' || (one === '+' && rest[index - 1] === '{}'));
    const inner = { words: end === -1 ? rest : rest.slice(0, end), globbed, open: true };
    const program = inner.words[0] ?? '';
    const deeper = lookThrough(inner, read, nesting + 1);
    const clear = end !== -1 && isCommandName(program) && !runsOthers(program) && !globbed;
    found.push({ seen: [{ words: inner.words, globbed }, ...deeper.seen], complete: clear && deeper.complete });
    at += inner.words.length + 1;
  }
  return { seen: found.flatMap((inner) => inner.seen), complete: found.every((inner) => inner.complete) };
}

/** For deny rules: it is not known how this runs another command, so any rest of its words may be one, or any text. */
function suffixes(words: readonly string[], read: ReadLine): InnerCommands {
  const first = words.slice(0, suffixesMax);
  const seen = first.flatMap((word, at) => [{ words: words.slice(at) }, ...(/\s/.test(word) ? read(word).seen : [])]);
  return { seen, complete: false };
}
