// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { linkTarget, renderMarkdown } from '../../webview/markdown.ts';

/** happy-dom's node iterator makes the sanitiser unwrap the first element: it is one that does not count. */
function render(text: string): HTMLElement {
  const box = document.createElement('div');
  box.append(renderMarkdown(`first\n\n${text}`));
  return box;
}

describe('Markdown of a model', () => {
  it('is drawn with headings, lists, tables, emphasis and code', () => {
    const box = render('# T\n\n1. a\n2. **b**\n\n| x |\n|---|\n| `y` |\n\n```js a.js\nlet z;\n```');
    expect(
      [...box.querySelectorAll('h1, ol > li, strong, td > code, pre')].map((element) => element.tagName.toLowerCase()),
    ).toEqual(['h1', 'li', 'li', 'strong', 'code', 'pre']);
  });

  it('never holds HTML of the text', () => {
    const box = render(
      '<script>alert(1)</script> <img src=x onerror=alert(1)> <iframe src="https://x"></iframe>\n\n<div style="position:fixed" onclick="x()">hi</div>',
    );
    expect(box.querySelectorAll('script, img, iframe, div, [onerror], [onclick], [style]')).toHaveLength(0);
    expect(box.textContent).toContain('<script>alert(1)</script>');
  });

  it('shows images as text and loads none', () => {
    const box = render('![a plan](https://evil.example/x.png) ![](data:image/png;base64,AAAA)');
    expect(box.querySelectorAll('img, [src]')).toHaveLength(0);
    expect(box.textContent).toContain('image: a plan');
  });

  it('turns links into something that asks the host, whatever the address', () => {
    const box = render(
      '[docs](https://example.com/?q=1) [file](src/a.js#L12) [bad](javascript:alert(1)) [cmd](command:workbench.action.x) https://plain.example',
    );
    expect(box.querySelectorAll('a, [href]')).toHaveLength(0);
    const links = [...box.querySelectorAll('[data-href]')];
    expect(links.map((link) => link.getAttribute('data-href'))).toEqual([
      'https://example.com/?q=1',
      'src/a.js#L12',
      'https://plain.example',
    ]);
    expect(links.every((link) => link.getAttribute('role') === 'link' && link.getAttribute('tabindex') === '0')).toBe(
      true,
    );
    expect((links[0] as HTMLElement).title).toBe('https://example.com/?q=1');
  });

  it('makes files in code open, and nothing else', () => {
    const hrefs = (text: string): (string | null)[] =>
      [...render(text).querySelectorAll('[data-href]')].map((link) => link.getAttribute('data-href'));
    expect(hrefs('`src/math.js:3` `math.js` `run.py` `docs/README`')).toEqual(['src/math.js:3', 'math.js', 'run.py']);
    expect(hrefs('`console.log` `a.b` `/etc/passwd.md` `x = y.js`')).toEqual([]);
    expect(hrefs('run.py and example.com')).toEqual([]);
  });
});

describe('the target of a link', () => {
  it('is an address of the web, a file with its line, or nothing', () => {
    expect(linkTarget('https://example.com')).toEqual({ kind: 'web', url: 'https://example.com' });
    expect(linkTarget('./src/a%20b.js:12')).toEqual({ kind: 'file', path: 'src/a b.js', line: 12 });
    expect(linkTarget('src/a.js#L3-L5')).toEqual({ kind: 'file', path: 'src/a.js', line: 3 });
    expect(linkTarget('src/a.js')).toEqual({ kind: 'file', path: 'src/a.js', line: undefined });
    for (const bad of [
      'javascript:alert(1)',
      'command:x',
      'vscode://a/b',
      'file:///etc/passwd',
      '//evil.example/x',
      '#part',
      'mailto:a@b.c',
      'data:text/html,x',
    ])
      expect(linkTarget(bad)).toBeUndefined();
  });
});
