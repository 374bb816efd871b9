import type { Rule, RuleKind } from './policy.ts';
import { parseRule } from './rules.ts';

const effects: readonly Rule['effect'][] = ['allow', 'ask', 'deny'];

/** Reads a rule from the settings, e.g. `allow edit(src/**)`; undefined for any other text. */
export function readRule(text: string): Rule | undefined {
  const [, word, rest] = /^\s*(\w+)\s+(.+)$/s.exec(text) ?? [];
  const effect = effects.find((candidate) => candidate === word);
  return effect === undefined || rest === undefined ? undefined : parseRule(effect, rest);
}

/** The rules of the settings, and the texts that are none. */
export interface RuleList {
  readonly rules: readonly Rule[];
  readonly broken: readonly string[];
}

/** What covers everything of a kind. */
const everything: Readonly<Record<RuleKind, string>> = { read: '**', edit: '**', run: '*', tests: '*', tool: '*' };
const kinds: readonly RuleKind[] = ['read', 'edit', 'run', 'tests', 'tool'];

/** Reads the rules of the settings. A restriction that cannot be read asks about everything that it may be about. */
export function readRules(texts: readonly string[]): RuleList {
  const broken = texts.filter((text) => readRule(text) === undefined);
  return { rules: texts.flatMap((text) => readRule(text) ?? askingInstead(text)), broken };
}

/** Whether the text was meant to restrict something: with such a text unread, calls are asked for. */
export function restricts(text: string): boolean {
  return /^\s*(?:deny|ask)\b/i.test(text);
}

function askingInstead(text: string): readonly Rule[] {
  if (!restricts(text)) return [];
  const word = /^\s*\w+\s+(\w+)/.exec(text)?.[1]?.toLowerCase();
  const named = kinds.filter((kind) => kind === word);
  return (named.length > 0 ? named : kinds).map((kind) => ({ effect: 'ask', kind, pattern: everything[kind] }));
}
