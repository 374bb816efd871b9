import { classText, GrammarRules, literal, sequence } from './gbnf.ts';

/**
 * A rule for any text up to and including the first `delimiter`: the automaton of Knuth, Morris and Pratt, one rule per
 * state, so that a delimiter can neither be missed nor be part of the text. Returns the rule's name.
 */
export function textUntil(rules: GrammarRules, delimiter: string): string {
  return rules.once(`until ${delimiter}`, () => writeStates(rules, delimiter));
}

function writeStates(rules: GrammarRules, delimiter: string): string {
  const characters = [...delimiter];
  const names = characters.map((_, state) => rules.reserve(`until-${state}`));
  const alphabet = [...new Set(characters)];
  characters.forEach((_, state) => {
    const onward = new Map<number, string[]>();
    for (const character of alphabet) {
      const next = advance(characters, state, character);
      if (next > 0) onward.set(next, [...(onward.get(next) ?? []), character]);
    }
    const moving = [...onward.values()].flat();
    const alternatives = [`[^${classText(moving)}] ${names[0]}`];
    for (const [next, by] of onward) {
      for (const character of by) alternatives.push(sequence(literal(character), names[next] ?? ''));
    }
    rules.define(names[state] ?? '', alternatives.join(' | '));
  });
  return names[0] ?? '';
}

/** The state after `character`: the length of the longest beginning of the delimiter that the text now ends with. */
function advance(delimiter: readonly string[], state: number, character: string): number {
  const seen = [...delimiter.slice(0, state), character];
  for (let length = Math.min(seen.length, delimiter.length); length > 0; length -= 1) {
    if (seen.slice(seen.length - length).every((one, at) => one === delimiter[at])) return length;
  }
  return 0;
}
