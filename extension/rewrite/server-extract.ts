/** A replacement in a language server's edit. */
interface ServerEdit {
  readonly text: string;
}

/** The placeholder that the server used as the new function's name (`newFunction`); undefined if there is none. */
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

/** The text with `name` in place of the placeholder. */
export function named(text: string, placeholder: string, name: string): string {
  return text.replace(new RegExp(`(?<![\\w$])${placeholder}(?![\\w$])`, 'g'), () => name);
}

/** The extracted code: the longest inserted text. */
export function extractedCode(edits: readonly ServerEdit[]): string {
  return (
    edits
      .map(({ text }) => text)
      .sort((a, b) => b.length - a.length)[0]
      ?.trim() ?? ''
  );
}
