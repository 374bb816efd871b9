import { highlight, highlightMax } from '../../highlight.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { flashButton, labelButton, lightButton } from '../button.ts';
import { attributes, el, setText } from '../element.ts';
import { TextPane } from './text-pane.ts';

/** Maximum characters that are highlighted while code still arrives; complete code may be longer. */
const streamedHighlightMax = 6000;

/** A code block with its language, and buttons to copy, insert and apply it. */
export class CodeBlock {
  readonly element: HTMLElement;
  readonly #title = el('span', 'code-title');
  readonly #place = el('div', 'code-place');
  readonly #apply: HTMLElement;
  #plain: TextPane | undefined;
  #code = '';
  #drawn: string | undefined;
  #path: string | undefined;

  constructor(context: PanelContext) {
    const copy = lightButton({
      label: say('copy'),
      icon: 'copy',
      press: () => {
        context.post({ type: 'copy', text: this.#code });
        flashButton(copy, say('copied'));
        context.announce(say('copied'));
      },
    });
    const insert = lightButton({
      label: say('insertAtCursor'),
      icon: 'insert',
      press: () => context.post({ type: 'insert', text: this.#code }),
    });
    this.#apply = lightButton({
      label: say('applyToFile'),
      icon: 'git-stash-apply',
      press: () => context.post({ type: 'applyCode', text: this.#code, path: this.#path }),
    });
    const actions = attributes(el('div', 'code-actions', copy, insert, this.#apply), {
      role: 'toolbar',
      'aria-label': say('code'),
    });
    this.element = el('div', 'code-block', el('div', 'code-head', this.#title, actions), this.#place);
  }

  /** `info` is the text after the opening fence: a language and perhaps a path. */
  update(info: string, code: string, complete: boolean): void {
    const { language, path } = readInfo(info);
    this.#code = code;
    this.#path = path;
    setText(this.#title, path ?? language);
    attributes(this.element, { role: 'group', 'aria-label': language === '' ? say('code') : say('codeOf', language) });
    labelButton(
      this.#apply,
      path === undefined ? say('applyToOpen') : say('applyToNamed', path),
      path === undefined ? say('applyToOpen') : say('applyToNamed', path),
    );
    const state = `${complete}${language}:${code}`;
    if (state === this.#drawn) return;
    this.#drawn = state;
    const longest = complete ? highlightMax : streamedHighlightMax;
    const coloured = code.length <= longest ? highlight(code, language) : undefined;
    if (coloured === undefined) this.#drawPlain(code);
    else this.#drawColoured(coloured);
  }

  #drawColoured(coloured: DocumentFragment): void {
    this.#plain = undefined;
    const pre = attributes(el('pre', 'text-pane', el('code', 'hljs', coloured)), { tabindex: 0 });
    const scrolled = this.#place.firstElementChild?.scrollLeft ?? 0;
    this.#place.replaceChildren(pre);
    if (scrolled > 0) pre.scrollLeft = scrolled;
  }

  #drawPlain(code: string): void {
    if (this.#plain === undefined) {
      this.#plain = new TextPane(say('code'));
      this.#place.replaceChildren(this.#plain.element);
    }
    this.#plain.update(code);
  }
}

/** The language and path of an info string: `js src/a.js`, `js:src/a.js`, `js title="src/a.js"`. */
export function readInfo(info: string): { readonly language: string; readonly path: string | undefined } {
  const match = /^([\w+#.-]*)[\s:]*(.*)$/.exec(info.trim());
  const named =
    /(?:title|path|file|filename)=["']?([^"'\s]+)/.exec(match?.[2] ?? '')?.[1] ??
    (match?.[2] ?? '').split(/\s/)[0] ??
    '';
  const path =
    /^[\w@.\-/]+$/.test(named) && /[./]/.test(named) && !named.startsWith('/') && !named.split('/').includes('..')
      ? named
      : undefined;
  return { language: (match?.[1] ?? '').toLowerCase(), path };
}
