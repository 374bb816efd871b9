import type { Element, GbnfMatcher, Sequence } from './gbnf-matcher.ts';

/** Characters that matter to parsers, preferred where any may stand. */
const nasty = ['a', '"', '\\', '\n', '<', '>', '/', '}', '{', '`', ' ', '\u00e9', '\u6f22', '1', '|', "'", ',', ':'];

/** A random text that a grammar admits (`random` gives 0 to below 1); it ends soon after `steps` rules. */
export function walkGrammar(grammar: GbnfMatcher, random: () => number, steps: number): string {
  const { rules } = grammar;
  const shortest = shortestTexts(rules);
  let left = steps;
  let text = '';
  const follow = (name: string): void => {
    const alternatives = rules.get(name) ?? [];
    left -= 1;
    const chosen =
      left > 0
        ? choose(alternatives, random)
        : alternatives.reduce((best, one) => (lengthOf(one, shortest) < lengthOf(best, shortest) ? one : best));
    for (const element of chosen ?? []) {
      if (element.kind === 'rule') follow(element.name);
      else text += character(element, random);
    }
  };
  follow('root');
  return text;
}

/** Length of the shortest text of each rule; rules count too, so that recursion ends. */
function shortestTexts(rules: ReadonlyMap<string, readonly Sequence[]>): Map<string, number> {
  const shortest = new Map<string, number>();
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, alternatives] of rules) {
      const least = 1 + Math.min(...alternatives.map((one) => lengthOf(one, shortest)));
      if (least >= (shortest.get(name) ?? Infinity)) continue;
      shortest.set(name, least);
      changed = true;
    }
  }
  return shortest;
}

function lengthOf(sequence: Sequence, shortest: ReadonlyMap<string, number>): number {
  return sequence.reduce(
    (sum, element) => sum + (element.kind === 'set' ? 1 : (shortest.get(element.name) ?? Infinity)),
    0,
  );
}

function character(set: Extract<Element, { kind: 'set' }>, random: () => number): string {
  if (!set.negated) {
    const [low, high] = choose(set.ranges, random) ?? [0, 0];
    return String.fromCodePoint(low + Math.floor(random() * (high - low + 1)));
  }
  const fitting = nasty.filter(
    (one) => !set.ranges.some(([low, high]) => low <= (one.codePointAt(0) ?? 0) && (one.codePointAt(0) ?? 0) <= high),
  );
  return choose(fitting, random) ?? '~';
}

function choose<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}
