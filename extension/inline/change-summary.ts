import { diffLines } from 'diff';
import { fenced } from '../rewrite/rewrite-prompt.ts';

const linesMax = 40;

/** What an edit changes, as a coloured block of Markdown; long ones are cut. */
export function changeSummary(before: string, after: string): string {
  const parts = diffLines(plain(before), plain(after));
  const lines = parts.flatMap((part) =>
    part.value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${part.added ? '+' : part.removed ? '-' : ' '} ${line}`.trimEnd()),
  );
  const shown = lines.length > linesMax ? [...lines.slice(0, linesMax), '…'] : lines;
  return fenced('diff', shown.join('\n'));
}

/** Lines with their ends, the last one too, so that it equals a line in the middle. */
function plain(text: string): string {
  const lines = text.replace(/\r\n/g, '\n');
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}
