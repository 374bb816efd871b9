import type { Rule } from './policy.ts';
import { parseRule } from './rules.ts';

const effects: readonly Rule['effect'][] = ['allow', 'ask', 'deny'];

/** Reads a rule from the settings, e.g. `allow edit(src/**)`; undefined for any other text. */
export function readRule(text: string): Rule | undefined {
  const [, word, rest] = /^\s*(\w+)\s+(.+)$/s.exec(text) ?? [];
  const effect = effects.find((candidate) => candidate === word);
  return effect === undefined || rest === undefined ? undefined : parseRule(effect, rest);
}
