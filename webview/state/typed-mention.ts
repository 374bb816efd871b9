/** A mention that is being written: `@` and what follows it up to the caret. */
export interface Mention {
  readonly start: number;
  readonly query: string;
}

/** The mention the caret stands in, or undefined. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const match = /(?:^|[\s([{"'`,;:，。；：（])@((?:[a-z]+:)?"[^"\n]*|[^\s@"]*)$/.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { start: caret - query.length - 1, query };
}

/** The text with the mention replaced by `insert` and a space, and where the caret goes. What ends in `:` goes on: no space. */
export function completeMention(
  text: string,
  mention: Mention,
  insert: string,
): { readonly text: string; readonly caret: number } {
  const end = mention.start + 1 + mention.query.length;
  const rest = text.slice(end);
  const goesOn = insert.endsWith(':');
  const space = goesOn || /^\s/.test(rest) ? '' : ' ';
  return {
    text: text.slice(0, mention.start) + insert + space + rest,
    caret: mention.start + insert.length + (goesOn ? 0 : 1),
  };
}
