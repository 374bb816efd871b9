/** Blocks that tell the model where a text comes from. No text from a file may open or close one of them. */
const ownBlocks = ['instructions', 'workspace', 'repo-map', 'editor'];

/**
 * A block of data in a prompt: `<tag name="value">`, the text, `</tag>`. Marks in the text that would close this block,
 * or open or close one of ours, are escaped; all other text stays byte for byte.
 */
export function dataBlock(tag: string, attributes: Readonly<Record<string, string>>, text: string): string {
  const named = Object.entries(attributes).map(([name, value]) => ` ${name}="${dataName(value)}"`);
  return `<${tag}${named.join('')}>\n${dataText(text, tag)}\n</${tag}>`;
}

/** The text with the marks of our own blocks, and of block `tag`, escaped. */
export function dataText(text: string, tag?: string): string {
  const tags = tag === undefined ? ownBlocks : [...ownBlocks, tag];
  return text.replace(new RegExp(`<(?=\\s*/?\\s*(?:${tags.join('|')})\\b)`, 'gi'), '&lt;');
}

/** The name of a file or a symbol on one line, in which nothing ends a tag or an attribute. */
export function dataName(name: string): string {
  return name
    .replace(/\p{Cc}|[\u2028\u2029]/gu, ' ')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}
