import { ToolError } from '../tool.ts';

/** A step of a glob's program. Jumps are relative to the step. */
export type GlobStep =
  | { readonly kind: 'character'; readonly matches: (character: string) => boolean }
  /** Continues at each of these steps. */
  | { readonly kind: 'fork'; readonly targets: readonly number[] }
  /** Any text within a name that the part does not match. */
  | { readonly kind: 'not'; readonly part: readonly GlobStep[] };

/** Longer globs are refused: the work for each name grows with the glob. */
const lengthMax = 1000;
const nestedMax = 20;
const rangeMax = 100;

const inName: GlobStep = { kind: 'character', matches: (character) => character !== '/' };
const anything: GlobStep = { kind: 'character', matches: () => true };
const slash = literal('/');

/**
 * The program of a glob: `*`, `?`, `**`, `[a-z]`, `{a,b}`, `{1..9}`, `@(a|b)`, `?(a)`, `*(a)`, `+(a)`, `!(a)` and `\`.
 * Throws a ToolError for a longer or deeper one than is ever needed.
 */
export function globProgram(glob: string): GlobStep[] {
  if (glob.length > lengthMax)
    throw new ToolError(`the glob has ${glob.length} characters, ${lengthMax} are the limit. Use a shorter one.`);
  return new GlobReader(glob).sequence('', 0);
}

class GlobReader {
  readonly #glob: string;
  #at = 0;
  #negations = 0;

  constructor(glob: string) {
    this.#glob = glob;
  }

  /** The steps up to one of the closing characters, which is not read, or to the end. */
  sequence(closing: string, depth: number): GlobStep[] {
    if (depth > nestedMax) throw new ToolError('the glob has too many brackets within each other. Use a simpler one.');
    const steps: GlobStep[] = [];
    while (this.#at < this.#glob.length && !closing.includes(this.#glob[this.#at] ?? ''))
      steps.push(...this.#next(depth));
    return steps;
  }

  #next(depth: number): GlobStep[] {
    const rest = this.#glob.slice(this.#at, this.#at + 4);
    const [first = '', second] = rest;
    if (second === '(' && '@?*+!'.includes(first) && this.#closes('(', ')', this.#at + 1)) {
      this.#at += 2;
      return this.#group(first, '|', ')', depth);
    }
    if (first === '{' && this.#closes('{', '}', this.#at)) {
      const braces = this.#braces(depth);
      if (braces !== undefined) return braces;
    }
    if (first === '*') return this.#stars();
    if (first === '[') {
      const set = this.#set();
      if (set !== undefined) return [set];
    }
    // `a/**` means the folder's name too.
    if (/^\/\*\*$/.test(rest) || /^\/\*\*[,|)}]/.test(rest)) {
      this.#at += 3;
      return optional([slash, ...repeated([anything])]);
    }
    this.#at++;
    if (first === '?') return [inName];
    if (first !== '\\' || this.#at >= this.#glob.length) return [literal(first)];
    return [literal(this.#glob[this.#at++] ?? '')];
  }

  /** `*` within a name; `**` as a whole name is any number of folders. */
  #stars(): GlobStep[] {
    const start = this.#at;
    while (this.#glob[this.#at] === '*') this.#at++;
    const isWhole =
      this.#at - start === 2 &&
      /(^|[/,|({])$/.test(this.#glob.slice(0, start)) &&
      /^($|[/,|)}])/.test(this.#glob.slice(this.#at, this.#at + 1));
    if (!isWhole) return repeated([inName]);
    if (this.#glob[this.#at] !== '/') return repeated([anything]);
    this.#at++;
    return optional([...repeated([anything]), slash]);
  }

  #group(how: string, between: string, closing: string, depth: number): GlobStep[] {
    if (how === '!' && this.#negations++ > 0)
      throw new ToolError('the glob has more than one !(…). Use a simpler one.');
    const branches = [this.sequence(between + closing, depth + 1)];
    while (this.#glob[this.#at] === between) {
      this.#at++;
      branches.push(this.sequence(between + closing, depth + 1));
    }
    this.#at++;
    const either = anyOf(branches);
    if (how === '!') return [{ kind: 'not', part: either }];
    if (how === '*') return repeated(either);
    if (how === '+') return [...either, ...repeated(either)];
    return how === '?' ? optional(either) : either;
  }

  /** `{a,b}` or `{1..9}`; undefined for braces that are text, such as `{a}`. */
  #braces(depth: number): GlobStep[] | undefined {
    const range = /^\{(-?\d+|\w)\.\.(-?\d+|\w)\}/.exec(this.#glob.slice(this.#at));
    if (range !== null) {
      const members = rangeOf(range[1] ?? '', range[2] ?? '');
      if (members === undefined) return undefined;
      this.#at += range[0].length;
      return anyOf(members.map((member) => [...member].map(literal)));
    }
    const start = this.#at++;
    const group = this.#group('@', ',', '}', depth);
    if (this.#glob.slice(start, this.#at).includes(',')) return group;
    this.#at = start;
    return undefined;
  }

  /** `[a-z]`; undefined if the bracket is not closed. */
  #set(): GlobStep | undefined {
    const found = /^\[([!^]?)(\]?(?:\\.|[^\]\\])*)\]/s.exec(this.#glob.slice(this.#at));
    if (found === null || found[2] === '') return undefined;
    this.#at += found[0].length;
    const negated = found[1] !== '';
    const members = (found[2] ?? '').match(/\\.|[^\\]/gs)?.map((one) => one.at(-1) ?? '') ?? [];
    const ranges: (readonly [string, string])[] = [];
    for (let at = 0; at < members.length; at++) {
      const [from = '', dash, to] = members.slice(at, at + 3);
      if (dash === '-' && to !== undefined) at += 2;
      ranges.push([from, dash === '-' && to !== undefined ? to : from]);
    }
    return {
      kind: 'character',
      matches: (one) => one !== '/' && ranges.some(([from, to]) => one >= from && one <= to) !== negated,
    };
  }

  /** True if the bracket at this place is closed again. */
  #closes(opening: string, closing: string, from: number): boolean {
    let depth = 0;
    for (let at = from; at < this.#glob.length; at++) {
      const one = this.#glob[at];
      if (one === '\\') at++;
      else if (one === opening) depth++;
      else if (one === closing && --depth === 0) return true;
    }
    return false;
  }
}

function literal(character: string): GlobStep {
  return { kind: 'character', matches: (other) => other === character };
}

function fork(...targets: number[]): GlobStep {
  return { kind: 'fork', targets };
}

function repeated(part: readonly GlobStep[]): GlobStep[] {
  return [fork(1, part.length + 2), ...part, fork(-part.length - 1)];
}

function optional(part: readonly GlobStep[]): GlobStep[] {
  return [fork(1, part.length + 1), ...part];
}

function anyOf(branches: readonly (readonly GlobStep[])[]): GlobStep[] {
  const length = branches.reduce((sum, branch) => sum + branch.length + 1, 0);
  const starts: number[] = [];
  const steps: GlobStep[] = [];
  for (const branch of branches) {
    starts.push(steps.length + 1);
    steps.push(...branch, fork(length - steps.length - branch.length));
  }
  return [fork(...starts), ...steps];
}

function rangeOf(from: string, to: string): string[] | undefined {
  const numbers = [Number(from), Number(to)];
  const isNumeric = numbers.every(Number.isInteger);
  const [first, last] = isNumeric ? numbers : [from.charCodeAt(0), to.charCodeAt(0)];
  if (first === undefined || last === undefined || last < first || last - first > rangeMax) return undefined;
  return Array.from({ length: last - first + 1 }, (_, offset) =>
    isNumeric ? String(first + offset) : String.fromCharCode(first + offset),
  );
}
