import type { PanelState } from '../../messages.ts';
import type { PanelContext } from '../../panel-context.ts';
import { placeText } from '../../state/wording.ts';
import { say } from '../../strings.ts';
import { attributes, el, setText } from '../element.ts';

type Model = PanelState['model'];

/** Characters at the end of a name that are never cut. */
const tailLength = 8;

const icons: Readonly<Record<Model['state'], string>> = {
  starting: 'loading codicon-modifier-spin',
  loading: 'loading codicon-modifier-spin',
  ready: 'chip',
  stopped: 'debug-pause',
  failed: 'error',
};

const places = { machine: 'vm', home: 'home', network: 'remote', internet: 'globe' } as const;

/** The model's name and state; opens the model menu. */
export class ModelChip {
  readonly element: HTMLElement;
  readonly #icon = attributes(el('span'), { 'aria-hidden': 'true' });
  readonly #head = el('span', 'chip-head');
  readonly #tail = el('span', 'chip-tail');
  readonly #state = el('span', 'chip-state');
  readonly #place = el('span', 'chip-place');

  constructor(context: PanelContext) {
    const name = el('span', 'chip-name', this.#head, this.#tail);
    const chevron = attributes(el('span', 'codicon codicon-chevron-down'), { 'aria-hidden': 'true' });
    this.element = attributes(el('button', 'chip', this.#icon, name, this.#place, this.#state, chevron), {
      type: 'button',
      'aria-haspopup': 'true',
    });
    this.element.addEventListener('click', () => context.post({ type: 'pickModel' }));
  }

  update(model: Model): void {
    const state = stateText(model);
    const icon = model.state === 'ready' && model.elsewhere ? places[model.elsewhere.reach] : icons[model.state];
    this.#icon.className = `codicon codicon-${icon}`;
    const name = model.name === '' ? say('modelNone') : model.name;
    // Cut in the middle: a name's end tells its size and quantisation.
    const cut = Math.max(0, name.length - tailLength);
    setText(this.#head, name.slice(0, cut));
    setText(this.#tail, name.slice(cut));
    setText(this.#place, model.elsewhere?.host ?? '');
    setText(this.#state, model.state === 'ready' ? '' : state);
    this.element.className = `chip is-${model.state}`;
    const label = say('modelChip', name, state);
    const place = model.elsewhere === undefined ? '' : placeText(model.elsewhere);
    const lines = [label, place, model.text].filter((line) => line !== '');
    attributes(this.element, { 'aria-label': `${label} ${place}`.trim(), title: lines.join('\n') });
  }
}

function stateText(model: Model): string {
  switch (model.state) {
    case 'starting':
      return say('modelStarting');
    case 'loading':
      return say('modelLoading', Math.round(model.fraction * 100));
    case 'ready':
      return say('modelReady');
    case 'stopped':
      return say('modelStopped');
    case 'failed':
      return say('modelFailed');
  }
}
