import type { JsonSchema } from '../../../../protocol/chat.ts';
import type { Place, SchemaCompiler } from '../compiler.ts';
import { anyOf, type GrammarRules, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import type { SchemaRecord } from '../keywords.ts';
import { mergeAll } from '../merge.ts';
import { all, type Machine, not, textsMachine } from '../text/machine.ts';
import { machineGrammar } from '../text/machine-grammar.ts';
import { otherKey } from './other-keys.ts';
import { keyMachine, patternPropertiesOf } from './object-keys.ts';

/** Names that more of these patterns match are held to one of their schemas only. */
const overlapsMax = 3;
/** All declared names together; to leave out more is not worth its grammar. */
const lettersMax = 1_500;

/** What is known of an object's names when its other properties are written. */
interface Names {
  readonly names: readonly string[];
  /** What all names must fit. */
  readonly keys: Machine | undefined;
  /** The schema of names that no pattern matches. */
  readonly others: JsonSchema;
  readonly hint: string;
  readonly place: Place;
}

/** Names of one kind: in each of some sets, in none of others. */
interface Group {
  readonly within: readonly Machine[];
  readonly outside: readonly Machine[];
  readonly schema: JsonSchema;
}

/** An expression for a property that is not declared, its name and value; undefined when there can be none. */
export function otherMembers(compiler: SchemaCompiler, schema: SchemaRecord, names: Names): string | undefined {
  const { rules } = compiler;
  const members = groupsOf(compiler, schema, names).flatMap(({ within, outside, schema: values }, at) => {
    if (values === false) return [];
    const key = keyExpression(rules, names, within, outside);
    if (key === undefined) return [];
    const value = compiler.expression(values, `${names.hint}-other-${at}`, compiler.inside(names.place));
    return value === undefined ? [] : [sequence(key, '":"', jsonRule(rules, 'ws'), value)];
  });
  return members.length === 0 ? undefined : rules.add(`${names.hint}-other`, anyOf(members));
}

function groupsOf(compiler: SchemaCompiler, schema: SchemaRecord, { others }: Names): Group[] {
  const { work } = compiler.rules;
  const patterns = [...patternPropertiesOf(schema)].map(([pattern, value]) => ({
    machine: keyMachine(pattern, work),
    value,
  }));
  const known = patterns.flatMap(({ machine, value }) => (machine ? [{ machine, value }] : []));
  const machines = known.map(({ machine }) => machine);
  // A pattern that cannot be told may match any name.
  const rest: Group = { within: [], outside: machines, schema: known.length < patterns.length ? true : others };
  if (known.length > overlapsMax)
    return [...known.map(({ machine, value }) => ({ within: [machine], outside: [], schema: value })), rest];
  const groups: Group[] = [];
  for (let chosen = 1; chosen < 2 ** known.length; chosen += 1) {
    const within = known.filter((_, at) => ((chosen >> at) & 1) === 1);
    groups.push({
      within: within.map(({ machine }) => machine),
      outside: machines.filter((_, at) => ((chosen >> at) & 1) === 0),
      schema: mergeAll(
        within.map(({ value }) => value),
        true,
        work,
      ),
    });
  }
  return [...groups, rest];
}

/** A name with its quotes; undefined when none is left. */
function keyExpression(
  rules: GrammarRules,
  { names, keys }: Names,
  within: readonly Machine[],
  outside: readonly Machine[],
): string | undefined {
  const letters = names.reduce((sum, name) => sum + name.length, 0);
  const machines = [...within, ...outside.map(not)];
  if (keys) machines.push(keys);
  const isPlain = machines.length === 0;
  const write = (): string => {
    const plain = isPlain ? otherKey(rules, names) : undefined;
    if (plain !== undefined) return plain;
    const declared = letters > lettersMax ? [] : [not(textsMachine(names))];
    const whole = [...machines, ...declared];
    const grammar = whole.length === 0 ? 'too much' : machineGrammar(rules, all(whole), '"\\""');
    if (grammar === 'nothing') return '';
    return grammar === 'too much' ? jsonRule(rules, 'json-string') : rules.add('key', sequence('"\\""', grammar.rule));
  };
  // The same names come again in the alternatives of a schema.
  return (isPlain ? rules.once(`other than ${JSON.stringify(names)}`, write) : write()) || undefined;
}
