import { describe, expect, it } from 'vitest';
import { cutToBudget } from '../../../extension/agent/result-budget.ts';

/** A token per word of up to four ASCII characters, and one per byte of anything else. */
const tokensOf = (text: string): number =>
  [...text.matchAll(/[\x20-\x7e]{1,4}|[\s\S]/gu)].reduce(
    (sum, [piece]) => sum + (/^[\x20-\x7e\n]/.test(piece) ? 1 : Buffer.byteLength(piece)),
    0,
  );
let counted = 0;
const count = async (texts: readonly string[]): Promise<number[]> => {
  counted++;
  return texts.map(tokensOf);
};
const cut = async (text: string, limit: number): Promise<string> => {
  const out = await cutToBudget(text, limit, count);
  expect(tokensOf(out)).toBeLessThanOrEqual(limit);
  return out;
};

describe('a result', () => {
  it('that surely fits is not counted', async () => {
    counted = 0;
    expect(await cut('short\n', 100)).toBe('short\n');
    expect(counted).toBe(0);
  });

  it('of few characters and many tokens is cut too', async () => {
    const text = '漢字\n'.repeat(30);
    expect(text.length).toBeLessThan(100);
    expect(await cut(text, 100)).toMatch(/^漢字\n[^]*\[\.\.\. \d+ lines left out \.\.\.\]/);
  });

  it('keeps its beginning and its end', async () => {
    const text = Array.from({ length: 3000 }, (_, at) => `line ${at}`).join('\n');
    const out = await cut(text, 300);
    expect(out).toMatch(/^line 0\nline 1\n[^]*\n\[\.\.\. (\d+) lines left out \.\.\.\]\n[^]*line 2999$/);
    const left = Number(/\[\.\.\. (\d+) lines/.exec(out)?.[1]);
    expect(out.split('\n').length - 1 + left).toBe(3000);
    expect(tokensOf(out)).toBeGreaterThan(200);
  });

  it('shows the lines around a long one', async () => {
    for (const long of ['x'.repeat(200_000), '漢'.repeat(50_000), '😀'.repeat(50_000)]) {
      for (const at of [0, 1, 4]) {
        const lines = ['one', 'two', 'three', 'four'];
        lines.splice(at, 0, long);
        const out = await cut(lines.join('\n'), 400);
        for (const word of ['one', 'two', 'three', 'four']) expect(out.split('\n')).toContain(word);
        expect(out).toMatch(/\[\.\.\. \d+ characters left out \.\.\.\]/);
        expect(out).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      }
    }
  });

  it('of one long line is cut in its middle', async () => {
    const out = await cut(`start ${'漢'.repeat(9000)} end`, 400);
    expect(out).toMatch(/^start 漢+\[\.\.\. \d+ characters left out \.\.\.\]漢+ end$/);
  });

  it('fits whatever it holds', async () => {
    for (const piece of ['a\n', '\n', '漢\n\n', `${'y'.repeat(900)}\n`, '漢'.repeat(700) + '\n', 'ab 漢 '])
      for (const limit of [60, 150, 700]) await cut(piece.repeat(1000), limit);
  });
});
