import type { Resident } from './resident.ts';

/**
 * What a prompt may reuse of an idle sequence where memory cannot always be rewound: `rewound`: the common prefix, with
 * the sequence cut to it; `asIs`: only a sequence that is a prefix of the prompt; `none`: nothing.
 */
export type Reuse = 'rewound' | 'asIs' | 'none';

export interface PrefixMatch {
  readonly resident: Resident;
  readonly common: number;
}

export interface PrefixSearch {
  /** The longest prefix that is computed already. */
  readonly best: PrefixMatch | undefined;
  /** A longer prefix that a run of the same or higher urgency is computing now. */
  readonly coming: PrefixMatch | undefined;
}

/** Index of the tokens that each sequence holds, and when it was last used. */
export class PrefixIndex {
  readonly #residents = new Map<number, Resident>();
  #clock = 0;

  add(resident: Resident): void {
    this.#residents.set(resident.sequence, resident);
    this.touch(resident);
  }

  remove(resident: Resident): void {
    this.#residents.delete(resident.sequence);
  }

  touch(resident: Resident): void {
    resident.usedAt = ++this.#clock;
  }

  get size(): number {
    return this.#residents.size;
  }

  /** Sequences that a run is writing to. */
  busy(): Resident[] {
    return [...this.#residents.values()].filter((resident) => resident.writer !== undefined);
  }

  /** Sequences that no run writes to, least recently used first. */
  idle(): Resident[] {
    return [...this.#residents.values()]
      .filter((resident) => resident.writer === undefined)
      .sort((left, right) => left.usedAt - right.usedAt);
  }

  /**
   * Compares `prompt` with every resident sequence. At most all but the last of its tokens match: the last one has to
   * be computed, because its logits are needed.
   */
  search(prompt: Int32Array, priority: number): PrefixSearch {
    let best: PrefixMatch | undefined;
    let coming: PrefixMatch | undefined;
    for (const { resident, common } of this.#matches(prompt)) {
      const match = { resident, common: Math.min(common, resident.computed) };
      if (match.common > 0 && (best === undefined || isBetter(match, best))) best = match;
      const { writer } = resident;
      if (writer === undefined || writer.priority > priority || common <= resident.computed) continue;
      if (coming === undefined || common > coming.common) coming = { resident, common };
    }
    return { best, coming: coming !== undefined && coming.common > (best?.common ?? 0) ? coming : undefined };
  }

  /**
   * Like `search`, for memory that cannot always be rewound. `longest` is the longest prefix that the prompt shares
   * with an idle sequence, usable or not. `coming` is a sequence that will end exactly where the prompt continues.
   */
  searchIdle(prompt: Int32Array, priority: number, reuse: Reuse): PrefixSearch & { readonly longest: number } {
    let best: PrefixMatch | undefined;
    let coming: PrefixMatch | undefined;
    let longest = 0;
    for (const match of this.#matches(prompt)) {
      const { common, resident } = match;
      const isAsIs = resident.tokens.length === common;
      if (common === 0) continue;
      if (resident.writer !== undefined) {
        const { writer } = resident;
        if (isAsIs && writer.endsWithPrompt && writer.priority <= priority && common > (coming?.common ?? 0))
          coming = match;
        continue;
      }
      longest = Math.max(longest, common);
      const mayReuse = reuse === 'rewound' || (reuse === 'asIs' && isAsIs);
      if (mayReuse && (best === undefined || isBetter(match, best))) best = match;
    }
    return { best, coming: coming !== undefined && coming.common > (best?.common ?? 0) ? coming : undefined, longest };
  }

  *#matches(prompt: Int32Array): Generator<PrefixMatch> {
    for (const resident of this.#residents.values()) {
      yield { resident, common: Math.min(resident.tokens.commonPrefix(prompt), prompt.length - 1) };
    }
  }
}

/** A longer prefix wins; then a sequence that needs no cut, then one that no run writes to. */
function isBetter(match: PrefixMatch, best: PrefixMatch): boolean {
  if (match.common !== best.common) return match.common > best.common;
  return rank(match) > rank(best);
}

function rank({ resident, common }: PrefixMatch): number {
  if (resident.writer !== undefined) return 0;
  return resident.tokens.length === common ? 2 : 1;
}
