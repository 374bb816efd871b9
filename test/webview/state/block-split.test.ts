import { describe, expect, it } from 'vitest';
import { readFence, splitBlocks } from '../../../webview/state/block-split.ts';

function blocksOf(text: string): string[] {
  return splitBlocks(text).map((block) => text.slice(block.start, block.end).trim());
}

describe('blocks of a Markdown text', () => {
  it('are separated by blank lines', () => {
    expect(blocksOf('one\ntwo\n\nthree\n\n\nfour')).toEqual(['one\ntwo', 'three', 'four']);
  });

  it('keep fenced code whole, with its blank lines, also next to text', () => {
    const text = 'text\n```js\na\n\nb\n```\nmore';
    expect(blocksOf(text)).toEqual(['text', '```js\na\n\nb\n```', 'more']);
    expect(splitBlocks(text).map((block) => block.fence)).toEqual([false, true, false]);
  });

  it('know an unfinished fence', () => {
    expect(splitBlocks('a\n\n~~~~\n~~~\nb').map((block) => block.fence)).toEqual([false, true]);
  });

  it('keep a list with blank lines and nested code together', () => {
    expect(blocksOf('1. a\n\n2. b\n\n   ```js\n   x\n   ```\n\n3. c\n\nafter')).toEqual([
      '1. a\n\n2. b\n\n   ```js\n   x\n   ```\n\n3. c',
      'after',
    ]);
  });

  it('begin at headings', () => {
    expect(blocksOf('# a\ntext\n## b\ntext')).toEqual(['# a\ntext', '## b\ntext']);
  });

  it('are cut when they have no blank line for hundreds of lines', () => {
    expect(splitBlocks(Array.from({ length: 1000 }, (_, at) => `- ${at}`).join('\n')).length).toBeGreaterThan(3);
  });

  it('cover the text and all but the last stay when it grows', () => {
    const text = '# T\n\ntext\n\n```js\nlet a;\n\nlet b;\n```\n\n- x\n- y\n\n- z\n\nend\n';
    let before: string[] = [];
    for (let length = 1; length <= text.length; length++) {
      const now = splitBlocks(text.slice(0, length)).map((block) =>
        text.slice(block.start, Math.min(block.end, length)),
      );
      expect(now.join('').replace(/\n/g, '')).toBe(text.slice(0, length).replace(/\n/g, ''));
      // The last two may still change: a blank line decides whether a list goes on.
      for (let at = 0; at < before.length - 2; at++) expect(now[at]).toBe(before[at]);
      before = now;
    }
  });
});

describe('a fence', () => {
  it('is read with language and whether it is complete', () => {
    expect(readFence('```js src/a.js\nlet a;\n```\n')).toEqual({ info: 'js src/a.js', code: 'let a;', complete: true });
    expect(readFence('```js\nlet a;')).toEqual({ info: 'js', code: 'let a;', complete: false });
    expect(readFence('````\n```\n````')).toEqual({ info: '', code: '```', complete: true });
    expect(readFence('```')).toEqual({ info: '', code: '', complete: false });
  });
});
