import { dataBlock } from '../../agent/data-block.ts';
import { translate } from '../../translation.ts';
import { cutText, type MentionKind } from './mention-kind.ts';
import { wordMention } from './word-mention.ts';

const textMax = 20_000;
const shortMax = 1200;

export interface SelectedText {
  readonly path: string; // workspace-relative
  readonly absolute: string;
  readonly from: number; // lines, from 1
  readonly to: number;
  readonly text: string;
}

/** `@selection`: the selected text in the active editor, or the cursor's line when nothing is selected. */
export function selectionMention(
  selected: () => SelectedText | undefined,
  isSecret: (absolute: string) => Promise<boolean>,
): MentionKind {
  const none = 'Nothing is selected.';
  return wordMention('selection', {
    detail: () => {
      const found = selected();
      return found === undefined ? undefined : translate('{0}, lines {1}-{2}', found.path, found.from, found.to);
    },
    words: () => {
      const found = selected();
      return found === undefined ? 'the selection' : `${found.path}:${found.from}-${found.to}`;
    },
    path: () => selected()?.path,
    secret: async () => {
      const found = selected();
      return found !== undefined && (await isSecret(found.absolute));
    },
    full: async () => {
      const found = selected();
      if (found === undefined) return `<selection>${none}</selection>`;
      const text = cutText(found.text, textMax, 'the rest is left out');
      return dataBlock('selection', { path: found.path, lines: `${found.from}-${found.to}` }, text);
    },
    short: async () => {
      const found = selected();
      return found === undefined ? none : `\`\`\`\n${cutText(found.text, shortMax, 'the rest is left out')}\n\`\`\``;
    },
  });
}
