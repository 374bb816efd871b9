/** A generated token on its way to the reader. */
export interface HeldToken {
  readonly id: number;
  readonly piece: Uint8Array;
}

/**
 * Holds tokens back while their text may belong to a stop string, so that no reader ever sees part of one. Works on
 * bytes, as the engine does when it says where a stop string begins.
 */
export class StopStringBuffer {
  readonly #stops: readonly string[]; // one character per byte, like the text below
  readonly #longest: number;
  #held: HeldToken[] = [];
  #bytesReleased = 0;
  /** The end of the released bytes, then all held ones. */
  #tail = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.map((stop) => Buffer.from(stop, 'utf8').toString('latin1'));
    this.#longest = this.#stops.reduce((most, stop) => Math.max(most, stop.length), 0);
  }

  /** Takes a token and returns those that are certain to be wanted. */
  push(token: HeldToken): HeldToken[] {
    if (this.#longest === 0) return [token];
    this.#held.push(token);
    this.#tail += Buffer.from(token.piece).toString('latin1');
    this.#stopped ||= this.#stops.some((stop) => this.#tail.includes(stop));
    if (this.#stopped) return [];
    return this.#release(this.#tail.length - this.#partial());
  }

  /**
   * What is left when the reply has ended. With `textBytes`, the text ends after so many bytes of the whole reply:
   * tokens before that place, and the beginning of one that lies across it.
   */
  end(textBytes: number | undefined): {
    readonly tokens: HeldToken[];
    readonly part: Uint8Array;
    readonly partOf: HeldToken | undefined;
  } {
    const held = this.#held;
    this.#held = [];
    if (textBytes === undefined) return { tokens: held, part: new Uint8Array(0), partOf: undefined };
    const tokens: HeldToken[] = [];
    let at = this.#bytesReleased;
    for (const token of held) {
      if (at + token.piece.length > textBytes) {
        const part = token.piece.slice(0, Math.max(0, textBytes - at));
        return { tokens, part, partOf: part.length > 0 ? token : undefined };
      }
      tokens.push(token);
      at += token.piece.length;
    }
    return { tokens, part: new Uint8Array(0), partOf: undefined };
  }

  /** Length of the longest end of the text that is the beginning of a stop string. */
  #partial(): number {
    for (let length = Math.min(this.#longest - 1, this.#tail.length); length > 0; length--) {
      const end = this.#tail.slice(-length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(end))) return length;
    }
    return 0;
  }

  /** Lets go of the tokens that end within the first `safe` characters of the tail. */
  #release(safe: number): HeldToken[] {
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
    // A stop string may begin in released text only as a partial match, and those are held: nothing before is needed.
    this.#tail = this.#tail.slice(at);
    return released;
  }
}
