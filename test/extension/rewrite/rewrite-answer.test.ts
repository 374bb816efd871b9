import { describe, expect, it } from 'vitest';
import { readRewriteAnswer } from '../../../extension/rewrite/rewrite-answer.ts';

const whole = (text: string) => readRewriteAnswer(text, { done: true });
const partly = (text: string) => readRewriteAnswer(text, { done: false });

describe('an answer', () => {
  it('is the code of its first fenced block', () => {
    expect(whole('```js\nconst a = 1;\n\nconst b = 2;\n```')).toEqual({
      code: 'const a = 1;\n\nconst b = 2;',
      closed: true,
      prose: '',
    });
    expect(whole('Here it is:\n~~~~\na\n~~~\n~~~~\nDone.')).toEqual({
      code: 'a\n~~~',
      closed: true,
      prose: 'Here it is:\n\nDone.',
    });
    expect(whole('```js\n```')).toEqual({ code: '', closed: true, prose: '' });
  });

  it('without a block is words', () => {
    expect(whole('`add` returns the sum.')).toEqual({
      code: undefined,
      closed: false,
      prose: '`add` returns the sum.',
    });
  });

  it('that was cut ends where it was cut', () => {
    expect(whole('```js\nconst a = 1;\nconst')).toEqual({ code: 'const a = 1;\nconst', closed: false, prose: '' });
  });

  it('may have shorter fences inside', () => {
    expect(whole('````md\na\n```js\nb\n```\n````').code).toBe('a\n```js\nb\n```');
  });

  it('never takes back what it showed while it grew', () => {
    const text = 'Sure.\n```js\nconst a = `x`;\n`\n\n  ``\nend\n```\nBye.';
    let shown = '';
    for (let length = 0; length <= text.length; length++) {
      const { code = '' } = partly(text.slice(0, length));
      expect(code.startsWith(shown)).toBe(true);
      shown = code;
    }
    expect(shown).toBe('const a = `x`;\n`\n\n  ``\nend');
  });
});
