import { dataBlock } from '../data-block.ts';
import { translate } from '../../translation.ts';
import { cutText, type MentionKind } from './mention-kind.ts';
import { wordMention } from './word-mention.ts';

const textMax = 40_000;
const shortMax = 1200;
const none = 'No changes.';

/** `@git`: all changes that are not committed. `diff` is git's own text; diffs of files with secrets are left out. */
export function gitMention(diff: () => Promise<string>, isSecret: (path: string) => boolean): MentionKind {
  const files = async (): Promise<string[]> =>
    filesOfDiff(await diff()).map(({ path, text }) =>
      isSecret(path) ? `[changes of ${path} are left out: it may hold secrets]\n` : text,
    );
  return wordMention('git', {
    detail: () => translate('changes that are not committed'),
    words: () => 'the git diff below',
    full: async () =>
      dataBlock('diff', {}, cutText((await files()).join('').trimEnd() || none, textMax, 'the rest is left out')),
    short: async () => {
      const [first = none, ...more] = await files();
      const rest = more.length > 0 ? `\nand ${more.length} more files` : '';
      return `\`\`\`diff\n${cutText(first.trimEnd(), shortMax, 'the rest is left out')}\n\`\`\`${rest}`;
    },
  });
}

/** The parts of a diff, one per file. */
function filesOfDiff(diff: string): { readonly path: string; readonly text: string }[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((text) => text.trim() !== '')
    .map((text) => ({ path: pathOf(text), text: text.endsWith('\n') ? text : `${text}\n` }));
}

function pathOf(text: string): string {
  return (
    (/^\+\+\+ b\/(.+)$/m.exec(text) ??
      /^--- a\/(.+)$/m.exec(text) ??
      /^diff --git a\/.+ b\/(.+)$/m.exec(text))?.[1]?.trim() ?? ''
  );
}
