import { anyOf, type GrammarRules, repeat, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import { characterExpression } from './character-set.ts';
import { matchesNothing, type Pattern } from './pattern-tree.ts';

/**
 * Counts around counts: as many places may have to be followed at once. Where there would be more, the outer count is
 * left out, and the grammar allows more.
 */
const countsMax = 1_000;

/** What has no expression of its own: an anchor or a lookahead inside, or no character at all. */
class Unsupported extends Error {}

/**
 * An expression for the inside of a JSON string in which the pattern is found, short also where it counts. Undefined if
 * it has to be followed by a machine.
 */
export function patternExpression(rules: GrammarRules, pattern: Pattern): string | undefined {
  try {
    const writer = new PatternWriter(rules);
    const alternatives = pattern.kind === 'choice' ? pattern.parts : [pattern];
    return anyOf(alternatives.map((one) => writer.search(one)));
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

/** An expression and how many counts lie around each other in it, multiplied. */
interface Written {
  readonly text: string;
  readonly counts: number;
}

class PatternWriter {
  readonly #rules: GrammarRules;

  constructor(rules: GrammarRules) {
    this.#rules = rules;
  }

  search(pattern: Pattern): string {
    const parts = pattern.kind === 'sequence' ? [...pattern.parts] : [pattern];
    const any = `${jsonRule(this.#rules, 'json-char')}*`;
    const isStart = parts[0]?.kind === 'start';
    if (isStart) parts.shift();
    const isEnd = parts.at(-1)?.kind === 'end';
    if (isEnd) parts.pop();
    const middle = this.#write({ kind: 'sequence', parts }).text;
    return sequence(isStart ? '' : any, middle === '""' ? '' : middle, isEnd ? '' : any) || '""';
  }

  #write(pattern: Pattern): Written {
    switch (pattern.kind) {
      case 'set': {
        const text = characterExpression(pattern.set);
        if (text === undefined) throw new Unsupported();
        return { text, counts: 1 };
      }
      case 'sequence': {
        const parts = pattern.parts.map((part) => this.#write(part));
        const text = sequence(...parts.map((part) => part.text).filter((part) => part !== '""')) || '""';
        return { text, counts: most(parts) };
      }
      case 'choice': {
        const parts = pattern.parts.map((part) => this.#write(part));
        return {
          text: `(${parts.map((part) => part.text).join(' | ')})`,
          counts: most(parts),
        };
      }
      case 'repeat':
        return this.#repeated(pattern);
      default:
        throw new Unsupported();
    }
  }

  #repeated({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>): Written {
    if (max === 0) return { text: '""', counts: 1 };
    // Nothing may be repeated without end: what is repeated has at least a character.
    if (max === undefined && matchesNothing(part)) throw new Unsupported();
    const inner = this.#write(part);
    if (min === 1 && max === 1) return inner;
    const item = this.#rules.add('pattern', inner.text);
    const counts = inner.counts * Math.max(min, max ?? 1, 1);
    if (inner.counts > 1 && counts > countsMax)
      return {
        text: repeat(item, Math.min(min, 1), undefined),
        counts: inner.counts,
      };
    return { text: repeat(item, min, max), counts };
  }
}

function most(parts: readonly Written[]): number {
  return Math.max(1, ...parts.map((part) => part.counts));
}
