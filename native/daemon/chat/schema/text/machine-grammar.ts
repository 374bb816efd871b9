import { type GrammarRules, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import { characterExpression, type CharacterSet, unionOf } from './character-set.ts';
import { type Kind, kindsOf, type Machine } from './machine.ts';

const statesMax = 1_200;
const stepsMax = 10_000;
/** With fewer states it is not looked which are alike. */
const distinctFrom = 50;
const roundsMax = 40;
/** A step counts as much as so many keywords that are looked at. */
const stepWork = 12;

/** What a machine's grammar became: the name of a rule, nothing that fits, or too much to be written. */
export type MachineGrammar = { readonly rule: string } | 'nothing' | 'too much';

/**
 * Writes what a machine accepts, character by character as JSON writes them in a string, followed by `end`.
 */
export function machineGrammar(rules: GrammarRules, machine: Machine, end: string): MachineGrammar {
  if (rules.isFull) return 'too much';
  const kinds = kindsOf(machine.sets);
  const met = explore(machine, kinds, rules);
  if (!met) return 'too much';
  const states = distinct(met, kinds.length, rules);
  const living = alive(states);
  if (!living.has(0)) return 'nothing';
  const any = sequence(`${jsonRule(rules, 'json-char')}*`, end);
  const names = states.map((state, at) => {
    if (!living.has(at)) return '';
    return isEndless(state, at) ? rules.add('text-rest', any) : rules.reserve('text');
  });
  for (const [at, state] of states.entries()) {
    if (!living.has(at) || isEndless(state, at)) continue;
    rules.define(names[at] ?? '', alternatives(state, kinds, { names, living, end }).join(' | '));
  }
  return { rule: names[0] ?? '' };
}

interface State {
  /** By kind, the place of the state after it. */
  readonly next: readonly number[];
  readonly accepts: boolean;
}

/** All states that can be reached from the start, which comes first; undefined if they are too many. */
function explore(machine: Machine, kinds: readonly Kind[], rules: GrammarRules): State[] | undefined {
  const places = new Map([[machine.start, 0]]);
  const todo = [machine.start];
  const states: State[] = [];
  let steps = 0;
  for (const state of todo) {
    steps += kinds.length;
    if (todo.length > statesMax || steps > stepsMax) return undefined;
    if (!rules.work.take(kinds.length * stepWork)) return undefined;
    const next = kinds.map(({ example }) => {
      const after = machine.step(state, example);
      let place = places.get(after);
      if (place === undefined) {
        place = todo.push(after) - 1;
        places.set(after, place);
      }
      return place;
    });
    states.push({ next, accepts: machine.accepts(state) });
  }
  return states;
}

/**
 * The states without those that accept the same as another one: they are told apart by what they accept, then by where
 * they lead, until nothing more tells them apart. All of them where that takes long.
 */
function distinct(states: State[], kinds: number, rules: GrammarRules): State[] {
  if (states.length < distinctFrom) return states;
  let groups: number[] = states.map(({ accepts }) => (accepts ? 1 : 0));
  let count = new Set(groups).size;
  for (let round = 0; round < roundsMax; round += 1) {
    if (!rules.work.take((states.length * kinds) / 2)) return states;
    const known = new Map<string, number>();
    const finer = states.map(({ next }, at) => {
      const key = `${groups[at]} ${next.map((to) => groups[to]).join()}`;
      const group = known.get(key) ?? known.size;
      known.set(key, group);
      return group;
    });
    if (known.size === count) return joined(states, finer);
    [groups, count] = [finer, known.size];
  }
  return states;
}

/** One state for each group. That of the first state is the first. */
function joined(states: readonly State[], groups: readonly number[]): State[] {
  const found: State[] = [];
  for (const [at, { next, accepts }] of states.entries()) {
    const group = groups[at] ?? 0;
    found[group] ??= { accepts, next: next.map((to) => groups[to] ?? 0) };
  }
  return found;
}

/** The places of states from which a text can come to its end. */
function alive(states: readonly State[]): ReadonlySet<number> {
  const before = states.map((): number[] => []);
  for (const [at, { next }] of states.entries()) for (const to of new Set(next)) before[to]?.push(at);
  const living = new Set(states.flatMap((state, at) => (state.accepts ? [at] : [])));
  for (const at of living) for (const from of before[at] ?? []) living.add(from);
  return living;
}

/** Whether any text may follow. */
function isEndless(state: State, at: number): boolean {
  return state.accepts && state.next.every((to) => to === at);
}

interface Names {
  readonly names: readonly string[];
  readonly living: ReadonlySet<number>;
  readonly end: string;
}

function alternatives(state: State, kinds: readonly Kind[], { names, living, end }: Names): string[] {
  const onward = new Map<number, CharacterSet[]>();
  for (const [at, to] of state.next.entries()) {
    const { set } = kinds[at] ?? { set: [] };
    if (!living.has(to)) continue;
    const known = onward.get(to);
    if (known) known.push(set);
    else onward.set(to, [set]);
  }
  const found = state.accepts ? [end || '""'] : [];
  for (const [to, sets] of onward) {
    const character = characterExpression(unionOf(...sets.flat()));
    if (character !== undefined) found.push(sequence(character, names[to] ?? ''));
  }
  return found;
}
