import { linkTarget, renderMarkdown } from '../../markdown.ts';
import type { PanelContext } from '../../panel-context.ts';
import { readFence, splitBlocks } from '../../state/block-split.ts';
import { CodeBlock } from './code-block.ts';
import { el } from '../element.ts';

interface DrawnBlock {
  source: string;
  element: HTMLElement;
  readonly code: CodeBlock | undefined;
}

/** Markdown that grows: only the last block is drawn again, the ones before stay. */
export class MarkdownView {
  readonly element = el('div', 'markdown');
  readonly #context: PanelContext;
  #blocks: DrawnBlock[] = [];
  #text = '';

  constructor(context: PanelContext) {
    this.#context = context;
    this.element.addEventListener('click', (event) => this.#onLink(event));
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#onLink(event);
    });
  }

  update(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    const blocks = splitBlocks(text);
    blocks.forEach((block, at) => {
      const source = text.slice(block.start, block.end);
      const old = this.#blocks[at];
      if (old === undefined) this.#blocks.push(this.#mount(this.#draw(source, block.fence)));
      else if (old.source !== source) this.#redraw(at, old, source, block.fence);
    });
    for (const left of this.#blocks.splice(blocks.length)) left.element.remove();
  }

  #redraw(at: number, old: DrawnBlock, source: string, fence: boolean): void {
    if (fence && old.code !== undefined) {
      old.source = source;
      drawCode(old.code, source);
      return;
    }
    const next = this.#draw(source, fence);
    old.element.replaceWith(next.element);
    this.#blocks[at] = next;
  }

  #mount(block: DrawnBlock): DrawnBlock {
    this.element.append(block.element);
    return block;
  }

  #draw(source: string, fence: boolean): DrawnBlock {
    if (fence) {
      const code = new CodeBlock(this.#context);
      drawCode(code, source);
      return { source, element: code.element, code };
    }
    const element = el('div', 'md-block', renderMarkdown(source));
    for (const pre of element.querySelectorAll('pre')) {
      const inner = new CodeBlock(this.#context);
      inner.update(
        /language-(\S+)/.exec(pre.firstElementChild?.className ?? '')?.[1] ?? '',
        (pre.textContent ?? '').replace(/\n$/, ''),
        true,
      );
      pre.replaceWith(inner.element);
    }
    for (const table of element.querySelectorAll('table')) {
      const frame = el('div', 'md-table');
      table.replaceWith(frame);
      frame.append(table);
    }
    return { source, element, code: undefined };
  }

  #onLink(event: Event): void {
    const link = event.target instanceof Element ? event.target.closest('[data-href]') : null;
    const href = link?.getAttribute('data-href');
    if (href === null || href === undefined) return;
    event.preventDefault();
    const target = linkTarget(href);
    if (target?.kind === 'web') this.#context.post({ type: 'openLink', url: target.url });
    else if (target?.kind === 'file') this.#context.post({ type: 'open', path: target.path, line: target.line });
  }
}

function drawCode(code: CodeBlock, source: string): void {
  const fence = readFence(source);
  code.update(fence.info, fence.code, fence.complete);
}
