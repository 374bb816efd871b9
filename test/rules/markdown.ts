export interface Link {
  readonly image: boolean;
  /** Path, with `#` and the heading's anchor where there is one, or an address. */
  readonly target: string;
}

/** Links and pictures of a Markdown text, those in code left out. */
export function linksIn(markdown: string): Link[] {
  const prose = withoutCode(markdown);
  const inline = [...prose.matchAll(/(!?)\[[^[\]]*\]\(\s*([^)\s]+)[^)]*\)/g)].map(([, mark = '', target = '']) => ({
    image: mark === '!',
    target,
  }));
  const html = [...prose.matchAll(/<(img|a)\b[^>]*?\b(?:src|href)="([^"]+)"/g)].map(([, tag, target = '']) => ({
    image: tag === 'img',
    target,
  }));
  return [...inline, ...html];
}

/** Anchors of the headings as on GitHub: lower case, no punctuation, hyphens for spaces, repeated ones numbered. */
export function anchorsIn(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = [...withoutFences(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return new Set(anchors);
}

/** Cells of the first table below this heading, one list per row, without the table's own head. */
export function tableBelow(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`There is no heading ${heading}.`);
  const first = lines.findIndex((line, at) => at > start && line.startsWith('|'));
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
  return lines.slice(first + 2, end < 0 ? undefined : end).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '');
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/`[^`\n]*`/g, '');
}
