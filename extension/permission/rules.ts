import picomatch from 'picomatch';
import type { PolicyInput, Rule, RuleKind, ShellCommand } from './policy.ts';

const kinds: readonly RuleKind[] = ['read', 'edit', 'run', 'tests', 'tool'];

/** Reads `edit(src/**)`, `run(npm test)`, `tests(node)`, `tool(name)`; undefined for any other text. */
export function parseRule(effect: Rule['effect'], text: string): Rule | undefined {
  const match = /^\s*(\w+)\s*\(([\s\S]*)\)\s*$/.exec(text);
  const kind = kinds.find((candidate) => candidate === match?.[1]);
  const pattern = match?.[2]?.trim();
  return kind === undefined || pattern === undefined || pattern === '' ? undefined : { effect, kind, pattern };
}

export function formatRule(rule: Rule): string {
  return `${rule.kind}(${rule.pattern})`;
}

/** Whether the rule covers any part of the call: enough for deny and ask. */
export function coversSome(rule: Rule, input: PolicyInput): boolean {
  if (kindOf(input) !== rule.kind) return false;
  return (input.line?.seen ?? thingsOf(input)).some((thing) => matches(rule, thing));
}

/** Whether these allow rules together cover every part of the call; each command of a line may need another rule. */
export function coveredBy(rules: readonly Rule[], input: PolicyInput): boolean {
  const kind = kindOf(input);
  if (kind === undefined) return false;
  const things = thingsOf(input);
  return things.length > 0 && things.every((thing) => rules.some((rule) => rule.kind === kind && matches(rule, thing)));
}

/** The rule that allows exactly this call from now on; undefined where one rule cannot say that. */
export function ruleFor(input: PolicyInput): Rule | undefined {
  const { access, place, line } = input;
  switch (access.kind) {
    case 'tests':
      return { effect: 'allow', kind: 'tests', pattern: access.runner };
    case 'external':
      return { effect: 'allow', kind: 'tool', pattern: access.tool };
    case 'write':
      return place.relative.length === 1 && place.relative[0] !== undefined
        ? { effect: 'allow', kind: 'edit', pattern: escapeGlob(place.relative[0]) }
        : undefined;
    case 'command': {
      const only = line?.commands.length === 1 ? line.commands[0] : undefined;
      return only === undefined || only.words.some((word) => word.includes('*'))
        ? undefined
        : { effect: 'allow', kind: 'run', pattern: only.words.join(' ') };
    }
    case 'none':
    case 'read':
      return undefined;
  }
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

/** What allow rules must cover. */
function thingsOf(input: PolicyInput): readonly (string | ShellCommand)[] {
  switch (input.access.kind) {
    case 'read':
    case 'write':
      return input.place.relative;
    case 'command':
      return input.line?.commands ?? [];
    case 'tests':
      return [input.access.runner];
    case 'external':
      return [input.access.tool];
    case 'none':
      return [];
  }
}

function matches(rule: Rule, thing: string | ShellCommand): boolean {
  if (typeof thing !== 'string') return matchesWords(rule.pattern, thing);
  if (rule.kind === 'tests' || rule.kind === 'tool') return rule.pattern === thing || rule.pattern === '*';
  return picomatch.isMatch(thing, rule.pattern, { dot: true });
}

/**
 * Compares word by word; a last word `*` stands for any further words, a `*` within a word for any characters.
 * A command that gets more words while it runs matches when those could be the missing ones.
 */
function matchesWords(pattern: string, { words, open: growing = false }: ShellCommand): boolean {
  const wanted = pattern.split(/\s+/);
  const open = wanted.at(-1) === '*';
  const fixed = open ? wanted.slice(0, -1) : wanted;
  if (words.length < fixed.length ? !growing : words.length > fixed.length && !open) return false;
  return fixed.slice(0, words.length).every((want, at) =>
    new RegExp(
      `^${want
        .split('*')
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`,
      's',
    ).test(words[at] ?? ''),
  );
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]{}()!+@]/g, '\\$&');
}
