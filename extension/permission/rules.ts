import picomatch from 'picomatch';
import { allowsCommand, isTestScript, touchesCommand } from './command-rule.ts';
import type { PolicyInput, Rule, RuleKind } from './policy.ts';
import { quoted, ruleWord, ruleWords, unquoted } from './rule-words.ts';
import type { ShellCommand } from './shell/shell-line.ts';

const kinds: readonly RuleKind[] = ['read', 'edit', 'run', 'tests', 'tool'];
/** A call that needs more rules, or longer ones, is offered none: nobody reads them. */
const offeredMax = 5;
const patternMax = 300;

/**
 * Reads `edit(src/**)`, `run(npm test)`, `tests(node)`, `tool(name)`; undefined for any other text. A pattern in single
 * quotes is meant literally; in `run(…)` each word may be quoted.
 */
export function parseRule(effect: Rule['effect'], text: string): Rule | undefined {
  const match = /^\s*(\w+)\s*\(([\s\S]*)\)\s*$/.exec(text);
  const kind = kinds.find((candidate) => candidate === match?.[1]);
  const pattern = match?.[2]?.trim();
  if (kind === undefined || pattern === undefined || pattern === '') return undefined;
  if (kind === 'run' && ruleWords(pattern)?.some((word) => word.kind !== 'without') !== true) return undefined;
  return { effect, kind, pattern };
}

export function formatRule(rule: Rule): string {
  return `${rule.kind}(${rule.pattern})`;
}

/** Whether the rule covers any part of the call: enough for deny and ask. */
export function coversSome(rule: Rule, input: PolicyInput): boolean {
  const { access, line, place } = input;
  // A file that may not be read is not changed either: an edit shows its text. Commands read the files they name.
  if (rule.kind === 'read' && ['read', 'write', 'command'].includes(access.kind))
    return place.relative.some((file) => coversFile(rule, file));
  if (kindOf(input) !== rule.kind) return false;
  if (access.kind === 'command') return line?.seen.some((command) => touchesCommand(rule.pattern, command)) === true;
  return thingsOf(input).some((thing) => matches(rule, thing));
}

/** Whether the pattern of a rule for files covers this one. */
export function coversFile(rule: Rule, file: string): boolean {
  const name = unquoted(rule.pattern);
  return name === undefined ? picomatch.isMatch(file, rule.pattern, { dot: true }) : name === file;
}

/** Whether these allow rules together cover every part of the call; each command of a line may need another rule. */
export function coveredBy(rules: readonly Rule[], input: PolicyInput): boolean {
  const kind = kindOf(input);
  if (kind === undefined) return false;
  const own = rules.filter((rule) => rule.kind === kind);
  const things = kind === 'run' ? commandsOf(input) : thingsOf(input);
  return things.length > 0 && things.every((thing) => own.some((rule) => matches(rule, thing)));
}

/**
 * The rules that together allow this call from now on, one for each part of it. None where rules cannot say that, or
 * where they would be more than anyone reads.
 */
export function rulesFor(input: PolicyInput): readonly Rule[] {
  const rules = partsOf(input).map(({ kind, pattern }) => ({ effect: 'allow', kind, pattern }) as const);
  const different = rules.filter((rule, at) => rules.findIndex((other) => other.pattern === rule.pattern) === at);
  const clear = different.every(({ pattern }) => pattern.length <= patternMax && !/\p{Cc}/u.test(pattern));
  return clear && different.length <= offeredMax && coveredBy(different, input) ? different : [];
}

function partsOf(input: PolicyInput): readonly Pick<Rule, 'kind' | 'pattern'>[] {
  const { access, place } = input;
  switch (access.kind) {
    case 'tests':
      return [{ kind: 'tests', pattern: nameOf(access.runner) }];
    case 'external':
      return [{ kind: 'tool', pattern: nameOf(access.tool) }];
    case 'write':
      return place.relative.map((file) => ({ kind: 'edit', pattern: nameOf(file) }));
    case 'command':
      return commandsOf(input).map((command) => ({ kind: 'run', pattern: patternOf(command) }));
    case 'none':
    case 'read':
      return [];
  }
}

/** A pattern that stands for this name only. */
function nameOf(name: string): string {
  return /^\.?\w[\w./@+-]*$/.test(name) ? name : quoted(name);
}

/** The words of the command; for the files of a test script, the script. */
function patternOf({ words }: ShellCommand): string {
  const end = words.indexOf('--');
  const script = words.slice(0, end);
  const named = end > 0 && isTestScript(script) && allowsCommand(script.join(' '), { words });
  return (named ? script : words).map(ruleWord).join(' ');
}

function kindOf(input: PolicyInput): RuleKind | undefined {
  switch (input.access.kind) {
    case 'read':
      return 'read';
    case 'write':
      return 'edit';
    case 'command':
      return 'run';
    case 'tests':
      return 'tests';
    case 'external':
      return 'tool';
    case 'none':
      return undefined;
  }
}

function commandsOf({ line }: PolicyInput): readonly ShellCommand[] {
  return line?.commands ?? [];
}

/** The names that the patterns of rules stand for. */
function thingsOf({ access, place }: PolicyInput): readonly string[] {
  switch (access.kind) {
    case 'read':
    case 'write':
      return place.relative;
    case 'tests':
      return [access.runner];
    case 'external':
      return [access.tool];
    case 'command':
    case 'none':
      return [];
  }
}

function matches(rule: Rule, thing: string | ShellCommand): boolean {
  if (typeof thing !== 'string') return allowsCommand(rule.pattern, thing);
  if (rule.kind === 'tests' || rule.kind === 'tool')
    return rule.pattern === '*' || (unquoted(rule.pattern) ?? rule.pattern) === thing;
  return coversFile(rule, thing);
}
