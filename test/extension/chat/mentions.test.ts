import { beforeEach, describe, expect, it } from 'vitest';
import { Mentions } from '../../../extension/chat/mentions.ts';
import { MemoryWorkspace } from '../../support/memory-workspace.ts';

let mentions: Mentions;

beforeEach(() => {
  mentions = new Mentions(new MemoryWorkspace({ 'src/math.js': 'add\n', 'src/text.js': 'text\n', 'test/math.test.js': 't\n', 'a.md': 'long '.repeat(10_000) }));
});

describe('files are suggested', () => {
  const names = async (query: string) => (await mentions.suggest(query)).map(({ insert }) => insert.trim());

  it('by the beginning of their name first, then by any part, then by letters in order', async () => {
    expect(await names('math')).toEqual(['@src/math.js', '@test/math.test.js']);
    expect(await names('te')).toEqual(['@src/text.js', '@test/math.test.js']);
    expect(await names('smj')).toEqual(['@src/math.js', '@test/math.test.js']);
    expect(await names('nothing')).toEqual([]);
    expect(await names('')).toHaveLength(4);
  });

  it('with folder and what is inserted', async () => {
    expect(await mentions.suggest('src/math')).toEqual([{ label: 'math.js', detail: 'src', insert: '@src/math.js ' }]);
  });
});

describe('a mention', () => {
  it('becomes the path for small models', async () => {
    expect(await mentions.expand('Fix @src/math.js, then @src/text.js.', 'compact')).toBe('Fix src/math.js, then src/text.js.');
  });

  it('brings the text along for others, once, at the end', async () => {
    expect(await mentions.expand('Fix @src/math.js (see @src/math.js)', 'full')).toBe('Fix src/math.js (see src/math.js)\n\n<file path="src/math.js">\nadd\n\n</file>');
    expect(await mentions.expand('Read @a.md', 'full')).toContain('[the rest is left out: read it with read_file]');
    expect(await mentions.expand('List @src', 'full')).toBe('List src\n\n<folder path="src">\nsrc/math.js\nsrc/text.js\n</folder>');
  });

  it('of nothing in the workspace stays as it is', async () => {
    for (const text of ['mail me@home.org', 'ask @ada', '@../etc/passwd', '@/etc/passwd', 'a @ b']) expect(await mentions.expand(text, 'full')).toBe(text);
  });
});
