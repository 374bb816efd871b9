import { type GrammarRules, sequence } from '../../schema/gbnf.ts';

/** One of several things that follow each other. */
export interface Part {
  readonly expression: string;
  readonly required: boolean;
}

/** With more required parts they come in their order; else the rules would double with every part. */
const anyOrderMax = 3;
/** With more optional parts, each of them may come any number of times: the rules would double with every part. */
const onceMax = 2;

/**
 * The required parts in any order where they are few, each once, and between them the optional ones, each at most
 * once where they are few. `separator` is an expression that stands between two parts. Empty without parts.
 */
export function anyOrder(rules: GrammarRules, parts: readonly Part[], hint: string, separator = ''): string {
  const named = ({ expression }: Part): string => rules.add(`${hint} part`, expression);
  const required = parts.filter((part) => part.required).map(named);
  const optional = parts.filter((part) => !part.required).map(named);
  if (optional.length === 0 && required.length < 2) return required.join('');
  const once = optional.length <= onceMax;
  const written = new Map<string, string>();

  /** A rule for all that may come where these parts did not come yet. */
  const rest = (due: readonly string[], left: readonly string[], isFirst: boolean): string => {
    if (due.length === 0 && left.length === 0) return '';
    const gap = isFirst ? '' : separator;
    const state = `${due.join(' ')} ${gap} ${left.join(' ')}`;
    const known = written.get(state);
    if (known !== undefined) return known;
    const name = rules.reserve(`${hint} rest`);
    written.set(state, name);
    const others = (parts: readonly string[], part: string): string[] => parts.filter((other) => other !== part);
    const next = (required.length > anyOrderMax ? due.slice(0, 1) : due).map((part) =>
      sequence(gap, part, rest(others(due, part), left, false)),
    );
    const early = left.map((part) => sequence(gap, part, rest(due, once ? others(left, part) : left, false)));
    rules.define(name, [...(due.length === 0 ? ['""'] : next), ...early].join(' | '));
    return name;
  };
  return rest(required, optional, true);
}
