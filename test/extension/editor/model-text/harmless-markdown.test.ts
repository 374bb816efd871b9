import * as fc from '../../../support/fast-check.ts';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import {
  codeMarkdown,
  harmlessMarkdown,
  plainMarkdown,
} from '../../../../extension/editor/model-text/harmless-markdown.ts';

// As forgiving as the editor: HTML counts, and so does every address.
const editor = new MarkdownIt({ html: true, linkify: true });
editor.validateLink = () => true;
const page = (markdown: string): string => editor.render(markdown);
const textIn = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
const loads = /<(?!\/?(p|br|hr|h[1-6]|ul|ol|li|blockquote|pre|code|strong|em|s|table|thead|tbody|tr|th|td)\b)/;

describe('Markdown of the model', () => {
  it.each([
    '![a](https://evil.example/a.png)',
    '\\![a](https://evil.example/a.png)',
    '\\\\![a](https://evil.example/a.png)',
    '!\\[a](https://evil.example/a.png)',
    '![a][r]\n\n[r]: https://evil.example/a.png',
    '![r]\n\n[r]: http://evil.example/a.png "t"',
    '[![a](https://evil.example/a.png)](https://evil.example)',
    '<img src="https://evil.example/a.png">',
    '<img\nsrc=https://evil.example/a.png>',
    '<picture><source srcset="https://evil.example/a.png"></picture>',
    '| a |\n|---|\n| `x|![a](https://evil.example/a.png)` |',
    '- ```\n  ![a](https://evil.example/a.png)\n- ![b](https://evil.example/b.png)',
    '> ```\n![a](https://evil.example/a.png)',
    '*a `b* ![a](https://evil.example/a.png)` c*',
    '&#33;[a](https://evil.example/a.png)',
    '![a](data:image/png;base64,AAAA)',
    '![a](command:workbench.action.quit)',
    '[run](command:workbench.action.quit)',
    '[a]: https://evil.example\n![a]',
  ])('loads nothing and links nowhere: %j', (text) => {
    for (let end = 1; end <= text.length; end++) {
      const half = page(harmlessMarkdown(text.slice(0, end)));
      expect(half, half).not.toMatch(loads);
      // What was written before and after it cannot bring it back to life.
      expect(
        page(`${harmlessMarkdown(text.slice(0, end))}\n\n${harmlessMarkdown('b](https://x.example)')}`),
      ).not.toMatch(loads);
    }
  });

  it('loads nothing and links nowhere, whatever is written', () => {
    const piece = fc.constantFrom(
      ...[
        ['![', '\\', '!', '[', ']', '](https://x.example/z.png)', '(', ')', '`', '```', '~~~', '\n', '\n\n'],
        ['    ', '- ', '1. ', '> ', '[r]: https://x.example/r.png\n', '![r]', '<img src="https://x.example/i.png">'],
        ['<', '>', '&#33;', '&#10;', '|', '|-|-|\n', '#', '===', '**', '*', '_', '~~', 'word', ' ', '\r', 'command:x'],
        ['<https://x.example>', 'https://x.example', '<!--', '-->', '<![CDATA[', '$(zap)', '  \n', '\t', '10) '],
      ].flat(),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const markdown of [harmlessMarkdown(text), plainMarkdown(text), codeMarkdown(text, 'ts')])
          expect(page(markdown)).not.toMatch(loads);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps its paragraphs, lists, emphasis and code', () => {
    const text = [
      '# Why',
      'It **clamps** the *value*, see `vec![1]` and `a_b * c`.',
      '- one\n- two\n  1. deep\n  2. deeper',
      '> quoted\n> more',
      '```ts\nif (![1, 2].includes(x)) {\n\n  stop(`![a](b)`);\n}\n```',
      '| a | b |\n|---|---|\n| 1 | `2` |',
    ].join('\n\n');
    const html = page(harmlessMarkdown(text));
    expect(html).toContain('<h1>Why</h1>');
    expect(html).toContain('<code>vec![1]</code> and <code>a_b * c</code>');
    expect(html.match(/<li>/g)).toHaveLength(4);
    expect(html).toContain('<ol>');
    expect(html).toContain('<blockquote>');
    expect(textIn(html)).toContain('if (![1, 2].includes(x)) {\n\n  stop(`![a](b)`);\n}');
    expect(html).toContain('<td><code>2</code></td>');
    expect(page(harmlessMarkdown('a **b** and *c*'))).toContain('a <strong>b</strong> and <em>c</em>');
  });

  it('shows the address of a link and of an image as text', () => {
    const shown = textIn(
      page(harmlessMarkdown('See [the docs](https://a.example/x) and ![plan](https://a.example/p.png).')),
    );
    expect(shown.trim()).toBe('See the docs (https://a.example/x) and plan (https://a.example/p.png).');
    expect(textIn(page(harmlessMarkdown('<https://a.example>'))).trim()).toBe('https://a.example');
    expect(textIn(page(harmlessMarkdown('Use <Foo> & <b>bar</b>.'))).trim()).toBe('Use <Foo> & <b>bar</b>.');
  });

  it('stays below the length at which the editor would cut it', () => {
    const long = harmlessMarkdown(`\`![a](https://x.example)\`\n`.repeat(4000));
    expect(long.length).toBeLessThan(100_000);
    expect(page(long.slice(0, -7))).not.toMatch(loads);
    expect(harmlessMarkdown('>'.repeat(3000)).length).toBeLessThan(100_000);
  });

  it('shows a plain text as it is, line by line', () => {
    const text = '1. **not bold** <b>\n  $(zap) ![a](https://x.example)\n# no heading';
    expect(textIn(page(plainMarkdown(text))).trim()).toBe(
      text
        .split('\n')
        .map((line) => line.trim())
        .join('\n'),
    );
  });
});
