/** One file of git's diff. */
export interface FileDiff {
  /** The path after the change; that before it if the file is deleted. */
  readonly path: string;
  /** All names of the file: before the change and after it. */
  readonly names: readonly string[];
  /** From the `---` line on; empty without hunks, as for binary files, renames and modes. */
  readonly hunks: string;
  /** The lines before the hunks. */
  readonly head: string;
}

const none = '/dev/null';

/** Splits git's diff into files. The prefixes must be `a/` and `b/`. */
export function splitDiff(diff: string): FileDiff[] {
  return diff
    .split(/(?<![^\n])(?=diff --(?:git|cc|combined) )/)
    .filter((part) => part.startsWith('diff --'))
    .map((part) => {
      const text = part.replace(/\n+$/, '');
      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.startsWith('--- '));
      const head = at === -1 ? lines : lines.slice(0, at);
      const hunks = at === -1 ? [] : lines.slice(at);
      const names = namesOf(head, hunks.slice(0, 2));
      return { path: names[0] ?? '', names, hunks: hunks.join('\n'), head: head.join('\n') };
    });
}

/** The same changes, with a note in place of those of hidden files. */
export function withoutHidden(files: readonly FileDiff[], isHidden: (name: string) => boolean): FileDiff[] {
  return files.map((file) => {
    const hidden = file.names.length === 0 || file.names.some(isHidden);
    const note = `[changes of ${file.path} are left out: it may hold secrets]`;
    return hidden ? { ...file, head: note, hunks: '' } : file;
  });
}

/** The diff of a file that git does not track yet. */
export function newFileDiff(path: string, text: string): FileDiff {
  const lines = text.split('\n');
  const complete = lines.at(-1) === '';
  if (complete) lines.pop();
  const range = lines.length === 1 ? '+1' : `+1,${lines.length}`;
  const hunks = [
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 ${range} @@`,
    ...lines.map((line) => `+${line}`),
    ...(complete ? [] : ['\\ No newline at end of file']),
  ];
  return {
    path,
    names: [path],
    hunks: lines.length === 0 ? '' : hunks.join('\n'),
    head: `diff --git a/${path} b/${path}\nnew file mode 100644`,
  };
}

/** The names of a file, that after the change first. */
function namesOf(head: readonly string[], hunkHead: readonly string[]): readonly string[] {
  const after = hunkHead.find((line) => line.startsWith('+++ '))?.slice(4);
  const before = hunkHead.find((line) => line.startsWith('--- '))?.slice(4);
  const moved = ['rename to ', 'copy to ', 'rename from ', 'copy from '].flatMap((start) =>
    head.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length)),
  );
  const [first = ''] = head;
  const combined = /^diff --(?:cc|combined) (.*)$/s.exec(first)?.[1];
  // Without hunks and without a rename both names are the same.
  const [, plain] = /^diff --git a\/(.*) b\/\1$/s.exec(first) ?? [];
  const [, quoted] = /^diff --git (".*") ".*"$/s.exec(first) ?? [];
  const marked = [after, before, quoted].filter((name) => name !== undefined && name !== none);
  const names = [
    ...marked.map((name) => withoutPrefix(unquoted(name ?? ''))),
    ...[...moved, combined, plain].map(clear),
  ];
  return [...new Set(names.filter((name) => name !== ''))];
}

function clear(name: string | undefined): string {
  return name === undefined ? '' : unquoted(name);
}

function withoutPrefix(name: string): string {
  return name.replace(/^[ab]\//, '');
}

/** Decodes a name that git has quoted in the style of C, because of special characters. A tab may follow a name. */
function unquoted(name: string): string {
  const text = name.replace(/\t$/, '');
  if (!/^".*"$/s.test(text)) return text;
  const bytes = text
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
      /^[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes.get(code) ?? code),
    );
  return /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['v', '\v'],
  ['f', '\f'],
]);
