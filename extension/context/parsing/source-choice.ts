/**
 * The `most` files that are indexed where there are more: those in the fewest folders, and among them the first by
 * path. The same files give the same choice, in whatever order they are listed. `pause` is awaited often.
 */
export async function chosenSources(
  files: readonly string[],
  most: number,
  pause: () => Promise<void>,
): Promise<readonly string[]> {
  if (files.length <= most) return files;
  const byDepth = new Map<number, string[]>();
  for (const file of files) {
    const depth = file.split(/[/\\]/).length;
    const group = byDepth.get(depth);
    if (group === undefined) byDepth.set(depth, [file]);
    else group.push(file);
    await pause();
  }
  const chosen: string[] = [];
  for (const depth of [...byDepth.keys()].sort((a, b) => a - b)) {
    const group = byDepth.get(depth) ?? [];
    const room = most - chosen.length;
    for (const file of group.length <= room ? group : await firstOf(group, room, pause)) chosen.push(file);
  }
  return chosen;
}

/** The `count` first of the texts, unsorted: quickselect. To sort all at once would take too long. */
async function firstOf(texts: readonly string[], count: number, pause: () => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  let rest = texts;
  while (found.length < count && rest.length > 0) {
    const pivot = rest[rest.length >> 1] as string;
    const [below, above]: [string[], string[]] = [[], []];
    for (const text of rest) {
      if (text < pivot) below.push(text);
      else if (text > pivot) above.push(text);
      await pause();
    }
    if (below.length >= count - found.length) rest = below;
    else {
      for (const text of below) found.push(text);
      if (found.length < count) found.push(pivot);
      rest = above;
    }
  }
  return found;
}
