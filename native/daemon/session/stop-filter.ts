/**
 * Holds tokens back while their text may belong to a stop string, so that no reader ever sees part of one. Works on
 * bytes, as the engine does when it says where a stop string begins.
 */
export class StopFilter {
  readonly #stops: readonly string[]; // one character per byte, like the text below
  readonly #longest: number;
  readonly #pieceOf: (id: number) => Uint8Array;
  #held: number[] = [];
  #bytesReleased = 0;
  /** The end of the released bytes, then all held ones. */
  #tail = '';
  #stopped = false;

  /** `pieceOf` gives the bytes of a token. */
  constructor(stops: readonly string[], pieceOf: (id: number) => Uint8Array) {
    this.#stops = stops.map((stop) => Buffer.from(stop, 'utf8').toString('latin1'));
    this.#longest = this.#stops.reduce((most, stop) => Math.max(most, stop.length), 0);
    this.#pieceOf = pieceOf;
  }

  /** Takes a token id and returns the ids that no stop string can contain any more. */
  push(id: number): number[] {
    if (this.#longest === 0) return [id];
    this.#held.push(id);
    this.#tail += Buffer.from(this.#pieceOf(id)).toString('latin1');
    this.#stopped ||= this.#stops.some((stop) => this.#tail.includes(stop));
    if (this.#stopped) return [];
    return this.#release(this.#tail.length - this.#partial());
  }

  /**
   * What is left when the reply has ended. With `textBytes`, the text ends after that many bytes of the whole reply:
   * `ids` are the tokens before that place, `part` the beginning of the token `partOf` that lies across it.
   */
  end(textBytes: number | undefined): {
    readonly ids: number[];
    readonly part: Uint8Array;
    readonly partOf: number | undefined;
  } {
    const held = this.#held;
    this.#held = [];
    if (textBytes === undefined) return { ids: held, part: new Uint8Array(0), partOf: undefined };
    const ids: number[] = [];
    let at = this.#bytesReleased;
    for (const id of held) {
      const piece = this.#pieceOf(id);
      if (at + piece.length > textBytes) {
        const part = piece.slice(0, Math.max(0, textBytes - at));
        return { ids, part, partOf: part.length > 0 ? id : undefined };
      }
      ids.push(id);
      at += piece.length;
    }
    return { ids, part: new Uint8Array(0), partOf: undefined };
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
  #release(safe: number): number[] {
    const lengths = this.#held.map((id) => this.#pieceOf(id).length);
    const released = this.#tail.length - lengths.reduce((sum, length) => sum + length, 0);
    let at = released;
    let count = 0;
    for (const length of lengths) {
      if (at + length > safe) break;
      at += length;
      count++;
    }
    this.#bytesReleased += at - released;
    // A stop string may begin in released text only as a partial match, and those are held: nothing before is needed.
    this.#tail = this.#tail.slice(at);
    return this.#held.splice(0, count);
  }
}
