import { dataBlock } from '../../agent/data-block.ts';
import { problemRow, type Problem } from '../../workspace/problem.ts';
import { translate } from '../../translation.ts';
import { wordMention } from './word-mention.ts';
import type { MentionKind } from './mention-kind.ts';

const rowsMax = 100;
const shortRows = 5;

/** `@problems`: the errors and warnings that the editor shows, errors first. */
export function problemsMention(all: () => readonly Problem[], relative: (absolute: string) => string): MentionKind {
  const serious = (): Problem[] => all().filter(({ severity }) => severity === 'error' || severity === 'warning');
  const rows = (most: number): string => {
    const found = serious().sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
    if (found.length === 0) return 'No problems';
    const shown = found.slice(0, most).map((problem) => problemRow(problem, relative));
    return [...shown, ...(found.length > most ? [`and ${found.length - most} more`] : [])].join('\n');
  };
  return wordMention('problems', {
    detail: () => translate('errors and warnings: {0}', serious().length),
    words: () => 'the problems below',
    full: async () => dataBlock('problems', {}, rows(rowsMax)),
    short: async () => rows(shortRows),
  });
}
