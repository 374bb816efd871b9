/** A replacement of a language server's edit. */
interface ServerEdit {
  readonly text: string;
}

/**
 * The placeholder that a server gave what it extracted (`newFunction`), found where the edit puts it in for the user to
 * rename. Undefined: the edit has no such name.
 */
export function placeholderOf(edits: readonly ServerEdit[]): string | undefined {
  const found = edits
    .map(
      ({ text }) =>
        /\b(new(?:Function|Method|Local|Type)(?:_\d+)?|extracted(?:_function|Function|Method)?|fun_name)\b/.exec(
          text,
        )?.[1],
    )
    .find((name) => name !== undefined);
  return found;
}

/** The edit's text with a better name in the placeholder's place. */
export function named(text: string, placeholder: string, name: string): string {
  return text.replace(new RegExp(`(?<![\\w$])${placeholder}(?![\\w$])`, 'g'), () => name);
}

/** The extracted code: the longest text that the edit puts in. */
export function extractedCode(edits: readonly ServerEdit[]): string {
  return (
    edits
      .map(({ text }) => text)
      .sort((a, b) => b.length - a.length)[0]
      ?.trim() ?? ''
  );
}
