// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { readInfo } from '../../../../webview/components/transcript/code-block.ts';
import { MarkdownView } from '../../../../webview/components/transcript/markdown-view.ts';
import { buttonNamed, recordingContext } from '../../panel-samples.ts';

describe('streamed Markdown', () => {
  it('keeps the blocks that are complete and draws only the last again', () => {
    const view = new MarkdownView(recordingContext());
    view.update('First *block*.\n\nSec');
    const [first, second] = [...view.element.children];
    view.update('First *block*.\n\nSecond one.\n\n- x');
    expect(view.element.children).toHaveLength(3);
    expect(view.element.children[0]).toBe(first);
    expect(view.element.children[1]).not.toBe(second);
    expect(view.element.textContent).toContain('Second one.');
  });

  it('draws the same whether text comes at once or letter by letter', () => {
    const text = '# A\n\ntext `b`\n\n```js\nlet a = "<b>";\n```\n\n1. x\n\n   y\n2. z\n\n> end';
    const whole = new MarkdownView(recordingContext());
    whole.update(text);
    const streamed = new MarkdownView(recordingContext());
    for (let length = 1; length <= text.length; length++) streamed.update(text.slice(0, length));
    expect(streamed.element.innerHTML).toBe(whole.element.innerHTML);
  });

  it('colours code, and keeps its block while it grows', () => {
    const view = new MarkdownView(recordingContext());
    view.update('```js\nconst a = 1;');
    const block = view.element.firstElementChild;
    view.update('```js\nconst a = 1; // <x>\n```\n');
    expect(view.element.firstElementChild).toBe(block);
    expect(view.element.querySelector('.hljs-keyword')?.textContent).toBe('const');
    expect(view.element.querySelector('pre')?.textContent).toBe('const a = 1; // <x>');
  });

  it('copies, inserts and applies code through the host', () => {
    const context = recordingContext();
    const view = new MarkdownView(context);
    view.update('```js src/a.js\nlet a;\n```');
    buttonNamed(view.element, 'Copy').click();
    buttonNamed(view.element, 'Insert at cursor').click();
    buttonNamed(view.element, 'Apply to src/a.js').click();
    expect(context.posted).toEqual([
      { type: 'copy', text: 'let a;' },
      { type: 'insert', text: 'let a;' },
      { type: 'applyCode', text: 'let a;', path: 'src/a.js' },
    ]);
    expect(context.announced).toEqual(['Copied']);
  });

  it('asks the host to open links, by mouse and keyboard', () => {
    const context = recordingContext();
    const view = new MarkdownView(context);
    view.update('first\n\nsee [a](https://example.com) and **`src/a.js:4`**');
    const [web, file] = [...view.element.querySelectorAll<HTMLElement>('[data-href]')];
    web?.click();
    file?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    expect(context.posted).toEqual([
      { type: 'openLink', url: 'https://example.com' },
      { type: 'open', path: 'src/a.js', line: 4 },
    ]);
  });

  it('shows very long code in segments', () => {
    const view = new MarkdownView(recordingContext());
    const code = Array.from({ length: 3000 }, (_, at) => `line ${at}`).join('\n');
    view.update(`\`\`\`\n${code}`);
    view.update(`\`\`\`\n${code}\nend`);
    expect(view.element.querySelector('pre')?.textContent).toBe(`${code}\nend`);
    expect(view.element.querySelectorAll('.pane-segment').length).toBeGreaterThan(10);
  });
});

describe('what stands behind a fence', () => {
  it('is a language and perhaps a path within the workspace', () => {
    expect(readInfo('js')).toEqual({ language: 'js', path: undefined });
    expect(readInfo('TS src/a.ts')).toEqual({ language: 'ts', path: 'src/a.ts' });
    expect(readInfo('js:src/a.js')).toEqual({ language: 'js', path: 'src/a.js' });
    expect(readInfo('py title="a/b.py"')).toEqual({ language: 'py', path: 'a/b.py' });
    expect(readInfo('js ../../etc/x.js').path).toBeUndefined();
    expect(readInfo('js /etc/x.js').path).toBeUndefined();
    expect(readInfo('js {1,3}').path).toBeUndefined();
  });
});
