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
  /** What tells these names from others. */
  readonly patterns: readonly string[];
}

/** An expression for a property that is not declared, its name and value; undefined when there can be none. */
export function otherMembers(compiler: SchemaCompiler, schema: SchemaRecord, names: Names): string | undefined {
  const { rules } = compiler;
  const members = groupsOf(compiler, schema, names).flatMap((group, at) => {
    if (group.schema === false) return [];
    // The same names come again in the alternatives of a schema.
    const told = JSON.stringify([schema['propertyNames'] ?? null, group.patterns, names.names]);
    const key = rules.once(`name ${told}`, () => keyExpression(rules, names, group) ?? '');
    if (key === '') return [];
    const value = compiler.expression(group.schema, `${names.hint}-other-${at}`, compiler.inside(names.place));
    return value === undefined ? [] : [sequence(key, '":"', jsonRule(rules, 'ws'), value)];
  });
  return members.length === 0 ? undefined : rules.add(`${names.hint}-other`, anyOf(members));
}

function groupsOf(compiler: SchemaCompiler, schema: SchemaRecord, { others }: Names): Group[] {
  const { work } = compiler.rules;
  const patterns = [...patternPropertiesOf(schema)].map(([pattern, value]) => ({
    pattern,
    machine: keyMachine(pattern, work),
    value,
  }));
  const known = patterns.flatMap(({ pattern, machine, value }) => (machine ? [{ pattern, machine, value }] : []));
  const machines = known.map(({ machine }) => machine);
  // A pattern that cannot be told may match any name.
  const rest: Group = {
    within: [],
    outside: machines,
    schema: known.length < patterns.length ? true : others,
    patterns: ['none', ...known.map(({ pattern }) => pattern)],
  };
  if (known.length > overlapsMax)
    return [
      ...known.map(({ pattern, machine, value }) => ({
        within: [machine],
        outside: [],
        schema: value,
        patterns: ['this', pattern],
      })),
      rest,
    ];
  const groups: Group[] = [];
  for (let chosen = 1; chosen < 2 ** known.length; chosen += 1) {
    const within = known.filter((_, at) => ((chosen >> at) & 1) === 1);
    groups.push({
      within: within.map(({ machine }) => machine),
      outside: machines.filter((_, at) => ((chosen >> at) & 1) === 0),
      patterns: [`these ${chosen}`, ...known.map(({ pattern }) => pattern)],
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
function keyExpression(rules: GrammarRules, { names, keys }: Names, { within, outside }: Group): string | undefined {
  const machines = [...within, ...outside.map(not)];
  if (keys) machines.push(keys);
  const plain = machines.length === 0 ? otherKey(rules, names) : undefined;
  if (plain !== undefined) return plain;
  const letters = names.reduce((sum, name) => sum + name.length, 0);
  if (names.length > 0 && letters <= lettersMax) machines.push(not(textsMachine(names)));
  const grammar = machines.length === 0 ? 'too much' : machineGrammar(rules, all(machines), '"\\""');
  if (grammar === 'nothing') return undefined;
  return grammar === 'too much' ? jsonRule(rules, 'json-string') : rules.add('key', sequence('"\\""', grammar.rule));
}
