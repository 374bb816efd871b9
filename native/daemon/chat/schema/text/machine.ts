import { anyCharacter, type CharacterSet } from './character-set.ts';

/**
 * Recognises texts character by character. A state is a text; the empty one is left by no character and accepts
 * nothing. Machines can be put together before their states are known: each is met when it is needed.
 */
export interface Machine {
  /** The sets of characters that the machine tells apart. */
  readonly sets: readonly CharacterSet[];
  readonly start: string;
  step(state: string, code: number): string;
  accepts(state: string): boolean;
}

/** Texts that all machines accept. */
export function all(machines: readonly Machine[]): Machine {
  const [only] = machines;
  if (machines.length === 1 && only) return only;
  const isDead = (states: readonly string[]): boolean => states.includes('');
  return together(machines, isDead, (accepting) => accepting.every(Boolean));
}

/** Texts that one of the machines accepts. */
export function any(machines: readonly Machine[]): Machine {
  const [only] = machines;
  if (machines.length === 1 && only) return only;
  const isDead = (states: readonly string[]): boolean => states.every((state) => state === '');
  return together(machines, isDead, (accepting) => accepting.some(Boolean));
}

/** Texts that the machine does not accept. */
export function not(machine: Machine): Machine {
  return together(
    [machine],
    () => false,
    ([accepting]) => accepting === false,
  );
}

/** Texts of some length, in characters. */
export function lengthMachine(min: number, max: number | undefined): Machine {
  const after = (length: number): string => {
    if (max !== undefined && length > max) return '';
    return String(max === undefined ? Math.min(min, length) : length);
  };
  return {
    sets: [anyCharacter],
    start: '0',
    step: (state) => (state === '' ? '' : after(Number(state) + 1)),
    accepts: (state) => state !== '' && Number(state) >= min,
  };
}

/** Exactly these texts. */
export function textsMachine(texts: readonly string[]): Machine {
  interface Node {
    readonly id: string;
    readonly next: Map<number, Node>;
    ends: boolean;
  }
  const nodes: Node[] = [];
  const add = (): Node => {
    const node = {
      id: String(nodes.length),
      next: new Map<number, Node>(),
      ends: false,
    };
    nodes.push(node);
    return node;
  };
  const root = add();
  const letters = new Set<number>();
  for (const text of texts) {
    let node = root;
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      letters.add(code);
      const next = node.next.get(code) ?? add();
      node.next.set(code, next);
      node = next;
    }
    node.ends = true;
  }
  return {
    sets: [...letters].map((code) => [[code, code]]),
    start: root.id,
    step: (state, code) => (state === '' ? '' : (nodes[Number(state)]?.next.get(code)?.id ?? '')),
    accepts: (state) => state !== '' && nodes[Number(state)]?.ends === true,
  };
}

/** Whether the machine accepts a text. */
export function accepts(machine: Machine, text: string): boolean {
  let state = machine.start;
  for (const character of text) state = machine.step(state, character.codePointAt(0) ?? 0);
  return machine.accepts(state);
}

/** Characters that a machine does not tell apart: all of one kind, and one of them. */
export interface Kind {
  readonly set: CharacterSet;
  readonly example: number;
}

/** Parts all characters into kinds: two are of one kind if they are in the same of the sets. */
export function kindsOf(given: readonly CharacterSet[]): readonly Kind[] {
  const sets = [...new Set(given)];
  const bounds = new Set([0]);
  for (const [low, high] of sets.flat()) bounds.add(low).add(high + 1);
  const starts = [...bounds].filter((bound) => bound <= 0x10ffff).sort((a, b) => a - b);
  const kinds = new Map<string, { readonly set: [number, number][]; readonly example: number }>();
  // Which sets the characters from each start on are in.
  const signatures = starts.map(() => '');
  const places = new Map(starts.map((start, at) => [start, at]));
  for (const [index, set] of sets.entries())
    for (const [low, high] of set)
      for (let at = places.get(low) ?? 0; (starts[at] ?? Infinity) <= high; at++) signatures[at] += `${index},`;
  for (const [at, start] of starts.entries()) {
    const signature = signatures[at] ?? '';
    const kind = kinds.get(signature) ?? { set: [], example: start };
    kind.set.push([start, (starts[at + 1] ?? 0x110000) - 1]);
    kinds.set(signature, kind);
  }
  return [...kinds.values()];
}

/** `isDead`: whether nothing more can be accepted from these states. */
function together(
  machines: readonly Machine[],
  isDead: (states: readonly string[]) => boolean,
  decide: (accepting: readonly boolean[]) => boolean,
): Machine {
  const met: (readonly string[])[] = [];
  const names = new Map<string, string>();
  const nameOf = (states: readonly string[]): string => {
    if (isDead(states)) return '';
    const key = states.join('|');
    const name = names.get(key) ?? String(met.push(states) - 1);
    names.set(key, name);
    return name;
  };
  const statesOf = (name: string): readonly string[] => met[Number(name)] ?? [];
  return {
    sets: machines.flatMap((machine) => machine.sets),
    start: nameOf(machines.map((machine) => machine.start)),
    step: (name, code) =>
      name === '' ? '' : nameOf(statesOf(name).map((state, at) => machines[at]?.step(state, code) ?? '')),
    accepts: (name) => name !== '' && decide(statesOf(name).map((state, at) => machines[at]?.accepts(state) === true)),
  };
}
