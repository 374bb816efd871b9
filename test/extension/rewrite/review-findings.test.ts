import { describe, expect, it } from 'vitest';
import { splitDiff } from '../../../extension/context/git/file-diffs.ts';
import { portions, readFindings, reviewMessages } from '../../../extension/rewrite/review-findings.ts';

const diff = (path: string): string =>
  `diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n@@ -10,4 +10,5 @@ class Moon {\n   phase() {\n-    return 1;\n+    const day = today();\n+    return day % 4;\n   }\n }\n`;
const files = splitDiff(diff('src/a.js') + diff('src/b.js'));
const finding = { file: 'src/b.js', line: 12, kind: 'bug', text: 'A negative day gives a negative phase.' };

describe('a review', () => {
  it('shows every line with its number in the file as it is', () => {
    expect(reviewMessages(files)[1]?.content).toContain(
      'src/a.js\n@@ -10,4 +10,5 @@ class Moon {\n  10     phase() {\n     -     return 1;\n  11 +     const day = today();\n  12 +     return day % 4;\n  13     }',
    );
  });

  it.each([
    ['alone', JSON.stringify({ findings: [finding] })],
    ['in a fence', `\`\`\`json\n${JSON.stringify({ findings: [finding] }, null, 2)}\n\`\`\``],
    ['in words', `I found this: ${JSON.stringify([finding])} Nothing else.`],
    ['cut at the end', `{"findings": [${JSON.stringify(finding)}, {"file": "src/a.js", "li`],
  ])('reads findings %s', (_, answer) => {
    expect(readFindings(answer, files)).toEqual([{ path: 'src/b.js', line: 12, weight: 'bug', text: finding.text }]);
  });

  it('leaves out what is no finding or is about another file, and moves lines to those that are shown', () => {
    const answer = JSON.stringify({
      findings: [{ ...finding, file: 'src/c.js' }, { ...finding, text: '' }, 7, { ...finding, line: 900, kind: 'odd' }],
    });
    expect(readFindings(answer, files)).toEqual([{ path: 'src/b.js', line: 14, weight: 'remark', text: finding.text }]);
    expect(readFindings('There is nothing to say.', files)).toEqual([]);
    expect(readFindings('{"findings": []}', files)).toEqual([]);
  });

  it('comes in portions that fit, a file that does not cut', async () => {
    const count = async (texts: readonly string[]): Promise<number[]> => texts.map((text) => text.length);
    expect((await portions(files, 10_000, count)).map((part) => part.length)).toEqual([2]);
    expect((await portions(files, 180, count)).map((part) => part.map(({ path }) => path))).toEqual([
      ['src/a.js'],
      ['src/b.js'],
    ]);
    const [[cut] = []] = await portions(files, 80, count);
    expect(cut?.hunks.split('\n').length).toBeLessThan(9);
  });
});
