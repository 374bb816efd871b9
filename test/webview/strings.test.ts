import { afterEach, describe, expect, it } from 'vitest';
import { panelStrings, say, useStrings } from '../../webview/strings.ts';

afterEach(() => useStrings({}));

describe('the texts of the panel', () => {
  it('are translated where there is a translation, with their values', () => {
    useStrings({ filesMany: '{0} 个文件已更改', turnStats: '复用 {0}，计算 {1} 个令牌' });
    expect(say('filesMany', 3)).toBe('3 个文件已更改');
    expect(say('turnStats', 12, 3)).toBe('复用 12，计算 3 个令牌');
    expect(say('send')).toBe('Send');
  });

  it('take values literally, also when they look like placeholders', () => {
    expect(say('allowAlways', 'run({0} $& x)')).toBe('Always allow run({0} $& x)');
  });

  it('have no empty entry and no gap in their numbers', () => {
    for (const [key, text] of Object.entries(panelStrings)) {
      const numbers = [...text.matchAll(/\{(\d)\}/g)].map((match) => Number(match[1]));
      expect([key, text.trim() !== '', Math.max(-1, ...numbers)]).toEqual([key, true, new Set(numbers).size - 1]);
    }
  });
});
