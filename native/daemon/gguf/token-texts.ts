/**
 * Remembers the texts of a vocabulary to find a repeated one: the native loader ends the process on it
 * (`id_to_token.size() == token_to_id.size()`). It reads C strings, so text after a NUL does not count, and it gives
 * empty texts a distinct name.
 */
export class TokenTexts {
  private readonly seen = new Set<string>();

  /** Adds the text; true when an equal one is there already. */
  addIsRepeated(bytes: Buffer): boolean {
    const end = bytes.indexOf(0);
    const text = bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
    if (text === '') return false;
    const before = this.seen.size;
    this.seen.add(text);
    return this.seen.size === before;
  }
}
