import type { PanelState } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say, type PanelString } from '../strings.ts';
import { attributes, el, icon, setHidden, setText } from './element.ts';
import { link } from './small-parts.ts';

const examples: readonly { readonly icon: string; readonly text: PanelString; readonly detail: PanelString }[] = [
  { icon: 'beaker', text: 'exampleFix', detail: 'exampleFixDetail' },
  { icon: 'replace-all', text: 'exampleRename', detail: 'exampleRenameDetail' },
  { icon: 'symbol-method', text: 'exampleImplement', detail: 'exampleImplementDetail' },
  { icon: 'book', text: 'exampleExplain', detail: 'exampleExplainDetail' },
];

/** Shown for an empty conversation: examples, how to get a bigger model, and that nothing leaves the machine. */
export class Welcome {
  readonly element: HTMLElement;
  readonly #intro = el('p', 'welcome-intro');
  readonly #bigger: HTMLElement;

  /** `fill` puts an example into the composer. */
  constructor(context: PanelContext, fill: (text: string) => void) {
    const rows = examples.map((example) => {
      const row = attributes(
        el(
          'button',
          'example',
          icon(example.icon),
          el(
            'span',
            'example-words',
            el('span', 'example-text', say(example.text)),
            el('span', 'example-detail', say(example.detail)),
          ),
        ),
        { type: 'button', title: say('fillsComposer', say(example.text)) },
      );
      row.addEventListener('click', () => fill(say(example.text)));
      return el('li', '', row);
    });
    this.#bigger = el(
      'p',
      'welcome-note',
      icon('server-environment'),
      el(
        'span',
        '',
        say('biggerModel'),
        ' ',
        link(say('chooseModel'), say('modelMenu'), () => context.post({ type: 'pickModel' })),
      ),
    );
    this.element = attributes(
      el(
        'section',
        'welcome',
        el('h2', 'welcome-title', say('welcomeTitle')),
        this.#intro,
        el('ul', 'examples', ...rows),
        el('div', 'welcome-notes', this.#bigger, el('p', 'welcome-note', icon('lock'), el('span', '', say('privacy')))),
      ),
      { 'aria-label': say('welcomeTitle') },
    );
  }

  update(model: PanelState['model']): void {
    // A model's profile is known once it is loaded.
    const known = model.state === 'ready' && model.name !== '';
    const welcome = model.compact ? 'welcomeCompact' : 'welcomeFull';
    setText(this.#intro, known ? say(welcome, model.name) : say('welcomeUnknown'));
    setHidden(this.#bigger, known && !model.compact);
  }
}
