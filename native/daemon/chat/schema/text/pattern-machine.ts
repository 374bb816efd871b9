import { anyCharacter, type CharacterSet, contains } from './character-set.ts';
import { all, any, type Machine, not } from './machine.ts';
import type { Pattern } from './pattern-tree.ts';

/** Repetitions are written out: a pattern that takes more places than this has no machine. */
const nodesMax = 6_000;

/** A machine for the texts in which the pattern is found; undefined if it would be too large or cannot be told. */
export function patternMachine(pattern: Pattern): Machine | undefined {
  const alternatives = pattern.kind === 'choice' ? pattern.parts : [pattern];
  const machines = alternatives.map(alternativeMachine);
  return machines.every((machine) => machine !== undefined) ? any(machines) : undefined;
}

/** Lookaheads are followed at the start of a text only: then all that they ask for holds for the whole of it. */
function alternativeMachine(pattern: Pattern): Machine | undefined {
  const parts = pattern.kind === 'sequence' ? pattern.parts : [pattern];
  const isAhead = (part: Pattern): boolean => part.kind === 'ahead';
  if (!parts.some(isAhead)) return searchMachine(pattern);
  const [first, ...rest] = parts;
  if (first?.kind !== 'start') return undefined;
  const end = rest.findIndex((part) => !isAhead(part));
  const ahead = (end === -1 ? rest : rest.slice(0, end)).filter((part) => part.kind === 'ahead');
  const after: Pattern = {
    kind: 'sequence',
    parts: end === -1 ? [] : rest.slice(end),
  };
  const wanted = [{ part: after, negated: false }, ...ahead].map(({ part, negated }) => {
    const machine = searchMachine({
      kind: 'sequence',
      parts: [{ kind: 'start' }, part],
    });
    return machine && negated ? not(machine) : machine;
  });
  return wanted.every((machine) => machine !== undefined) ? all(wanted) : undefined;
}

interface Edge {
  readonly by: CharacterSet | 'nothing' | 'start' | 'end';
  readonly to: number;
}

class TooLarge extends Error {}

function searchMachine(pattern: Pattern): Machine | undefined {
  try {
    return new PatternGraph(pattern).machine();
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

/** Places in a pattern and what leads from one to the next. */
class PatternGraph {
  readonly #edges: Edge[][] = [];
  readonly #sets = new Set<CharacterSet>();
  readonly #first: number;
  readonly #last: number;

  constructor(pattern: Pattern) {
    this.#first = this.#node();
    this.#link(this.#first, anyCharacter, this.#first);
    this.#last = this.#write(pattern, this.#first);
    this.#link(this.#last, anyCharacter, this.#last);
  }

  machine(): Machine {
    const opened = new Map<string, Iterable<number>>([['', []]]);
    const name = (nodes: Set<number>): string => {
      const sorted = Int32Array.from(nodes).sort();
      const state = sorted.join(',');
      opened.set(state, sorted);
      return state;
    };
    return {
      sets: [...this.#sets],
      start: name(this.#close(new Set([this.#first]), 'start')),
      step: (state, code) => {
        const reached = new Set<number>();
        for (const node of opened.get(state) ?? [])
          for (const { by, to } of this.#edges[node] ?? [])
            if (typeof by !== 'string' && contains(by, code)) reached.add(to);
        return reached.size === 0 ? '' : name(this.#close(reached, 'nothing'));
      },
      accepts: (state) => this.#close(new Set(opened.get(state)), 'end').has(this.#last),
    };
  }

  /** Adds all places that can be reached without a character; `also` is what else is passed there. */
  #close(nodes: Set<number>, also: 'start' | 'end' | 'nothing'): Set<number> {
    for (const node of nodes)
      for (const { by, to } of this.#edges[node] ?? []) if (by === 'nothing' || by === also) nodes.add(to);
    return nodes;
  }

  #node(): number {
    if (this.#edges.length >= nodesMax) throw new TooLarge();
    this.#edges.push([]);
    return this.#edges.length - 1;
  }

  #link(from: number, by: Edge['by'], to: number): void {
    this.#edges[from]?.push({ by, to });
    if (typeof by !== 'string') this.#sets.add(by);
  }

  /** Writes a pattern behind a place and returns the place after it. */
  #write(pattern: Pattern, from: number): number {
    switch (pattern.kind) {
      case 'set':
        return this.#after(from, pattern.set);
      case 'start':
      case 'end':
        return this.#after(from, pattern.kind);
      case 'sequence':
        return pattern.parts.reduce((at, part) => this.#write(part, at), from);
      case 'choice': {
        const to = this.#node();
        for (const part of pattern.parts) this.#link(this.#write(part, from), 'nothing', to);
        return to;
      }
      case 'repeat':
        return this.#writeRepeat(pattern.part, pattern, from);
      case 'ahead':
        throw new TooLarge(); // in the middle of a text it says something of its rest only
      default:
        return pattern satisfies never;
    }
  }

  #writeRepeat(part: Pattern, times: { min: number; max: number | undefined }, from: number): number {
    let at = from;
    for (let time = 0; time < times.min; time += 1) at = this.#write(part, at);
    if (times.max === undefined) {
      const loop = this.#after(at, 'nothing');
      this.#link(this.#write(part, loop), 'nothing', loop);
      return loop;
    }
    const to = this.#node();
    this.#link(at, 'nothing', to);
    for (let time = times.min; time < times.max; time += 1) {
      at = this.#write(part, at);
      this.#link(at, 'nothing', to);
    }
    return to;
  }

  #after(from: number, by: Edge['by']): number {
    const to = this.#node();
    this.#link(from, by, to);
    return to;
  }
}
