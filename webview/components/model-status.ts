import type { PanelState } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { button } from './button.ts';
import { attributes, el, setHidden, setText } from './element.ts';

type Model = PanelState['model'];

const icons: Readonly<Record<Exclude<Model['state'], 'ready'>, string>> = {
  starting: 'loading codicon-modifier-spin',
  loading: 'loading codicon-modifier-spin',
  stopped: 'info',
  failed: 'error',
};

/** Why the model cannot answer yet, with its progress or the model menu. Hidden while the model is ready. */
export class ModelStatus {
  readonly element: HTMLElement;
  readonly #icon = attributes(el('span', 'codicon'), { 'aria-hidden': 'true' });
  readonly #text = el('div', 'status-text');
  readonly #detail = el('div', 'status-detail');
  readonly #progress = attributes(el('div', 'status-progress', el('div', 'progress-bar')), {
    role: 'progressbar',
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  });
  readonly #action: HTMLElement;

  constructor(context: PanelContext) {
    this.#action = button({
      label: say('modelMenu'),
      look: 'secondary',
      press: () => context.post({ type: 'pickModel' }),
    });
    this.element = attributes(
      el(
        'div',
        'model-status',
        this.#icon,
        el('div', 'status-words', this.#text, this.#detail),
        this.#action,
        this.#progress,
      ),
      { role: 'status', hidden: true },
    );
  }

  update(model: Model): void {
    setHidden(this.element, model.state === 'ready');
    if (model.state === 'ready') return;
    const failed = model.state === 'failed';
    this.element.className = `model-status is-${model.state}`;
    this.#icon.className = `codicon codicon-${icons[model.state]}`;
    setText(this.#text, textOf(model));
    const detail = model.text === textOf(model) ? '' : model.text;
    setText(this.#detail, detail);
    setHidden(this.#detail, detail === '');
    setHidden(this.#action, !failed);
    const moving = model.state === 'starting' || model.state === 'loading';
    setHidden(this.#progress, !moving);
    this.#progress.classList.toggle('unknown', model.state === 'starting' || model.fraction <= 0);
    const percent = Math.round(model.fraction * 100);
    attributes(this.#progress, {
      'aria-valuenow': model.state === 'loading' ? percent : undefined,
      'aria-label': textOf(model),
    });
    this.element.style.setProperty('--progress', `${percent}%`);
  }
}

function textOf(model: Model): string {
  switch (model.state) {
    case 'starting':
      return say('statusStarting');
    case 'loading':
      return say('statusLoading', model.name);
    case 'stopped':
      return say('statusStopped', model.name);
    case 'failed':
      return say('statusFailed');
    case 'ready':
      return '';
  }
}
