import { diffLines } from 'diff';
import { fenced } from '../rewrite/rewrite-prompt.ts';

const linesMax = 40;

/** The changed lines of an edit as a Markdown block with diff colours, cut after 40 lines. */
export function changeSummary(before: string, after: string): string {
  const lines = diffLines(withLastEnd(before), withLastEnd(after)).flatMap(({ added, removed, value }) => {
    const sign = added ? '+' : ' ';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${removed ? '-' : sign} ${line}`.trimEnd());
  });
  const shown = lines.length > linesMax ? [...lines.slice(0, linesMax), '…'] : lines;
  return fenced('diff', shown.join('\n'));
}

/** All lines end with `\n`, even the last: otherwise it would differ from the same line in the middle. */
function withLastEnd(text: string): string {
  const lines = text.replace(/\r\n/g, '\n');
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}
