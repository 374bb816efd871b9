import type { Problem } from '../../workspace/problem.ts';
import { translate } from '../../translation.ts';
import { wordMention } from './word-mention.ts';
import type { MentionKind } from './mention-kind.ts';

const rowsMax = 100;
const shortRows = 5;

/** `@problems`: errors and warnings that the editor shows. `rows` says them as `path:line: severity: message`. */
export function problemsMention(all: () => readonly Problem[], relative: (absolute: string) => string): MentionKind {
  const rows = (most: number): string => {
    const found = all()
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1));
    const shown = found
      .slice(0, most)
      .map(
        ({ path, line, severity, message, source }) =>
          `${relative(path)}:${line}: ${severity}: ${message.replace(/\s+/g, ' ')}${source === undefined ? '' : ` (${source})`}`,
      );
    return found.length === 0
      ? 'No problems'
      : [...shown, ...(found.length > most ? [`and ${found.length - most} more`] : [])].join('\n');
  };
  return wordMention('problems', {
    detail: () =>
      translate(
        'errors and warnings: {0}',
        all().filter(({ severity }) => severity === 'error' || severity === 'warning').length,
      ),
    words: () => 'the problems below',
    full: async () => `<problems>\n${rows(rowsMax)}\n</problems>`,
    short: async () => rows(shortRows),
  });
}
