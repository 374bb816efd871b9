/** Joiners and selectors within an emoji belong to its look. */
const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}\ufe0f?)*/u;
/**
 * Characters that are not seen, or that change how others are seen: controls, direction marks, widths of zero, fillers,
 * tags, unusual spaces, halves of a pair, private use.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc]|(?! )\p{Zs}/u;
const special = new RegExp(`(${emoji.source})|${unseen.source}`, 'gu');
const lineEndOrTab = /^(?:\n|\t|\r(?=\n))/;

/**
 * The text with a mark such as `⟨U+202E⟩` in place of every character that is not seen. For what the user decides on:
 * titles, commands, file names, rules, changes, in the panel and in messages of the editor.
 */
export function visibleText(text: string): string {
  return text.replace(special, (found: string, whole: string | undefined, at: number) => {
    if (whole !== undefined || lineEndOrTab.test(text.slice(at, at + 2))) return found;
    const code = found.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** Like `visibleText`, on one line and at most `length` characters long: line ends become `⏎`. */
export function visibleLine(text: string, length = 300): string {
  const line = visibleText(text.replace(/\r?\n/g, '⏎'));
  return line.length <= length ? line : `${line.slice(0, length)}…`;
}
