import type { FileDiff } from '../git/file-diffs.ts';
import { dataBlock } from '../../agent/data-block.ts';
import { translate } from '../../translation.ts';
import { cutText, type MentionKind } from './mention-kind.ts';
import { wordMention } from './word-mention.ts';

const textMax = 40_000;
const shortMax = 1200;
const none = 'No changes.';

/** `@git`: all changes that are not committed. */
export function gitMention(changes: () => Promise<readonly FileDiff[]>): MentionKind {
  const files = async (): Promise<string[]> =>
    (await changes()).map(({ head, hunks }) => `${[head, hunks].filter((text) => text !== '').join('\n')}\n`);
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
