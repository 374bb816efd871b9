/** A generated token and its bytes. */
export interface TokenPiece {
  readonly id: number;
  readonly piece: Uint8Array;
}

/** The tokens still withheld at the end of a reply, cut where its text ends. */
export interface LastTokens<T> {
  /** Tokens with all their text in the reply. */
  readonly tokens: readonly T[];
  /** The token inside which a stop string begins, if any. */
  readonly partOf: T | undefined;
  /** The bytes of `partOf` before the stop string. */
  readonly part: Uint8Array;
  /** The stop string that ended the reply, if any. */
  readonly stop: string | undefined;
}

/**
 * Withholds tokens with text that may belong to a stop string, so that no client sees part of one.
 * Owns: which tokens may be shown. Does not own: where the reply stops. The addon's stop matcher decides that and
 * reports it as `textBytes`; both work on bytes.
 */
export class StopStringBuffer<T extends TokenPiece> {
  readonly #stops: readonly string[]; // one character per byte, like #tail
  readonly #longest: number;
  #held: T[] = [];
  #bytesReleased = 0;
  /** The last released bytes that a stop string may still begin in, then all held bytes. */
  #tail = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.map((stop) => Buffer.from(stop, 'utf8').toString('latin1'));
    this.#longest = this.#stops.reduce((most, stop) => Math.max(most, stop.length), 0);
  }

  /** Takes a token and returns the tokens that may be shown now, in order. */
  push(token: T): readonly T[] {
    if (this.#longest === 0) return [token];
    this.#held.push(token);
    this.#tail += Buffer.from(token.piece).toString('latin1');
    this.#stopped ||= this.#stops.some((stop) => this.#tail.includes(stop));
    if (this.#stopped) return [];
    return this.#release(this.#tail.length - this.#partial());
  }

  /** Ends the reply. `textBytes`: length of its text before the stop string; undefined: no stop string ended it. */
  end(textBytes: number | undefined): LastTokens<T> {
    const held = this.#held;
    this.#held = [];
    const none = new Uint8Array(0);
    if (textBytes === undefined) return { tokens: held, part: none, partOf: undefined, stop: undefined };
    const stop = this.#stopAt(held, textBytes - this.#bytesReleased);
    const tokens: T[] = [];
    let at = this.#bytesReleased;
    for (const token of held) {
      if (at + token.piece.length > textBytes) {
        const part = token.piece.slice(0, Math.max(0, textBytes - at));
        return { tokens, part, partOf: part.length > 0 ? token : undefined, stop };
      }
      tokens.push(token);
      at += token.piece.length;
    }
    return { tokens, part: none, partOf: undefined, stop };
  }

  /** The stop string at that byte of the held text: of several the shortest, which was complete first. */
  #stopAt(held: readonly T[], at: number): string | undefined {
    const text = Buffer.concat(held.map(({ piece }) => piece)).toString('latin1');
    const found = this.#stops.filter((stop) => text.startsWith(stop, at)).sort((a, b) => a.length - b.length)[0];
    return found === undefined ? undefined : Buffer.from(found, 'latin1').toString('utf8');
  }

  /** Length of the longest suffix of the text that is a proper prefix of a stop string. */
  #partial(): number {
    for (let length = Math.min(this.#longest - 1, this.#tail.length); length > 0; length--) {
      const end = this.#tail.slice(-length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(end))) return length;
    }
    return 0;
  }

  /** Releases the tokens that end within the first `safe` characters of the tail. */
  #release(safe: number): readonly T[] {
    const heldBytes = this.#held.reduce((sum, token) => sum + token.piece.length, 0);
    let at = this.#tail.length - heldBytes;
    let count = 0;
    for (const token of this.#held) {
      if (at + token.piece.length > safe) break;
      at += token.piece.length;
      count++;
    }
    const released = this.#held.splice(0, count);
    for (const token of released) this.#bytesReleased += token.piece.length;
    // No stop string can begin in released text: a token with a partial match is held.
    this.#tail = this.#tail.slice(at);
    return released;
  }
}
