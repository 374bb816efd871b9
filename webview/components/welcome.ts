import type { PanelState } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { placeText } from '../state/wording.ts';
import { say } from '../strings.ts';
import { attributes, el, icon, setHidden, setText } from './element.ts';
import { link } from './small-parts.ts';

interface Example {
  readonly icon: string;
  readonly text: string;
  readonly detail: string;
  readonly hint: string;
  readonly press: () => void;
}

/** Shown for an empty conversation: examples, how to get a bigger model, and what leaves the machine. */
export class Welcome {
  readonly element: HTMLElement;
  readonly #context: PanelContext;
  readonly #fill: (text: string) => void;
  readonly #intro = el('p', 'welcome-intro');
  readonly #examples = el('ul', 'examples');
  readonly #bigger: HTMLElement;
  readonly #privacy = el('span', '');
  #drawn: PanelState['look'] | undefined;

  /** `fill` puts an example into the composer. */
  constructor(context: PanelContext, fill: (text: string) => void) {
    this.#context = context;
    this.#fill = fill;
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
        this.#examples,
        el('div', 'welcome-notes', this.#bigger, el('p', 'welcome-note', icon('lock'), this.#privacy)),
      ),
      { 'aria-label': say('welcomeTitle') },
    );
  }

  update({ model, look, inlineElsewhere }: PanelState): void {
    // A model's profile is known once it is loaded.
    const known = model.state === 'ready' && model.name !== '';
    const welcome = model.compact ? 'welcomeCompact' : 'welcomeFull';
    setText(this.#intro, known ? say(welcome, model.name) : say('welcomeUnknown'));
    setHidden(this.#bigger, known && !model.compact);
    const elsewhere = [
      ...(model.elsewhere === undefined ? [] : [placeText(model.elsewhere)]),
      ...(inlineElsewhere === undefined ? [] : [say('inlineElsewhere', inlineElsewhere)]),
    ];
    setText(this.#privacy, elsewhere.length === 0 ? say('privacy') : elsewhere.join(' '));
    if (this.#drawn !== undefined && JSON.stringify(look) === JSON.stringify(this.#drawn)) return;
    this.#drawn = look;
    this.#examples.replaceChildren(...this.#examplesOf(look).map(row));
  }

  /** Examples about this workspace; without a test in it, the sample project. */
  #examplesOf({ test, functionName: name }: PanelState['look']): readonly Example[] {
    const asks = (icon: string, text: string, detail: string, request = text): Example => ({
      icon,
      text,
      detail,
      hint: say('fillsComposer', text),
      press: () => this.#fill(request),
    });
    const sample: Example = {
      icon: 'package',
      text: say('sampleOpen'),
      detail: say('sampleDetail'),
      hint: say('sampleOpen'),
      press: () => this.#context.post({ type: 'openSample' }),
    };
    return [
      test === undefined ? sample : asks('beaker', say('exampleFix'), say('exampleFixDetail', test)),
      ...(name === undefined
        ? []
        : [
            asks('book', say('exampleExplain', name), say('exampleExplainDetail')),
            asks(
              'replace-all',
              say('exampleRename', name, '…'),
              say('exampleRenameDetail'),
              say('exampleRenameBegin', name),
            ),
          ]),
    ];
  }
}

function row({ icon: name, text, detail, hint, press }: Example): HTMLElement {
  const words = el('span', 'example-words', el('span', 'example-text', text), el('span', 'example-detail', detail));
  const button = attributes(el('button', 'example', icon(name), words), { type: 'button', title: hint });
  button.addEventListener('click', press);
  return el('li', '', button);
}
