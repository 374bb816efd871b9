import { globProgram, type GlobStep } from './glob-program.ts';

/** Counts what matching did. */
export interface MatchWork {
  steps: number;
}

/**
 * Returns a test whether a path with `/` matches the glob; without `/` in it, the glob is about the last name only.
 * Takes time proportional to the path's length, whatever the glob: models write globs, and anybody names files. Throws
 * a ToolError for a glob that cannot be read.
 */
export function globMatcher(glob: string, work: MatchWork = { steps: 0 }): (name: string) => boolean {
  const negated = /^!+(?!\()/.exec(glob)?.[0].length ?? 0;
  const pattern = glob.slice(negated).replace(/^(?:\.\/)+/, '');
  const program = globProgram(pattern);
  const ending = /[^\]*?{}()[!@+|\\,/]*$/.exec(pattern)?.[0] ?? '';
  const wholePath = glob.includes('/');
  return (name) => {
    const text = wholePath ? name : name.slice(name.lastIndexOf('/') + 1);
    // Most names already differ in their ending.
    const matches = text.endsWith(ending) && new Match(program, text, work).isWhole();
    return matches !== (negated % 2 === 1);
  };
}

/**
 * One run of a program over one text. Every pair of step and place is visited once, so that no glob takes more than
 * their product; only a `!(…)` looks at all ends of its own part for each place.
 */
class Match {
  readonly #program: readonly GlobStep[];
  readonly #text: string;
  readonly #work: MatchWork;

  constructor(program: readonly GlobStep[], text: string, work: MatchWork) {
    this.#program = program;
    this.#text = text;
    this.#work = work;
  }

  /** True if the program matches the whole text. */
  isWhole(): boolean {
    return this.#run(this.#program, 0, (at) => at === this.#text.length);
  }

  /** Calls `reached` with the places where the program can end, until it returns true. */
  #run(program: readonly GlobStep[], start: number, reached: (at: number) => boolean): boolean {
    const width = this.#text.length + 1;
    const seen = new Uint8Array((program.length + 1) * width);
    const open: number[] = [];
    const visit = (step: number, at: number): void => {
      const key = step * width + at;
      if (seen[key] === 1) return;
      seen[key] = 1;
      open.push(key);
    };
    visit(0, start);
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      this.#work.steps++;
      const [index, at] = [Math.floor(key / width), key % width];
      const step = program[index];
      if (step === undefined) {
        if (reached(at)) return true;
        continue;
      }
      switch (step.kind) {
        case 'character':
          if (at < this.#text.length && step.matches(this.#text[at] ?? '')) visit(index + 1, at + 1);
          break;
        case 'fork':
          for (const target of step.targets) visit(index + target, at);
          break;
        case 'not':
          for (const end of this.#endsOfOthers(step.part, at)) visit(index + 1, end);
          break;
      }
    }
    return false;
  }

  /** The ends, within the name, of all texts from `start` that the part does not match. */
  #endsOfOthers(part: readonly GlobStep[], start: number): number[] {
    const matched = new Set<number>();
    this.#run(part, start, (at) => (matched.add(at), false));
    const slash = this.#text.indexOf('/', start);
    const last = slash < 0 ? this.#text.length : slash;
    return Array.from({ length: last - start + 1 }, (_, length) => start + length).filter((end) => !matched.has(end));
  }
}
