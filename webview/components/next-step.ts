import type { PanelState } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { button } from './button.ts';
import { attributes, el, setHidden, setText } from './element.ts';

/**
 * The row above the message box after a turn that did not finish: Continue. If the task is too hard for a small model
 * it says so, and offers another model first.
 */
export class NextStep {
  readonly element: HTMLElement;
  readonly #text = el('span', 'continue-text');
  readonly #choose: HTMLElement;
  readonly #continue: HTMLElement;
  #canContinue = false;

  constructor(context: PanelContext) {
    const { post } = context;
    this.#choose = button({ label: say('chooseModel'), look: 'primary', press: () => post({ type: 'pickModel' }) });
    this.#continue = button({
      label: say('continueTurn'),
      look: 'primary',
      icon: 'debug-continue',
      press: () => post(this.#canContinue ? { type: 'continue' } : { type: 'useAnyway' }),
    });
    const buttons = el('div', 'buttons', this.#choose, this.#continue);
    this.element = attributes(el('div', 'continue', this.#text, buttons), {
      role: 'group',
      'aria-label': say('continueTurn'),
    });
  }

  update(state: PanelState): void {
    const { trouble, running } = state;
    this.#canContinue = state.canContinue && !running;
    setHidden(this.element, trouble === undefined ? !this.#canContinue : running && trouble !== 'edits');
    const hard = trouble !== undefined;
    this.element.classList.toggle('is-hard', hard);
    setHidden(this.#choose, !hard);
    attributes(this.#continue, { appearance: hard ? 'secondary' : 'primary' });
    setHidden(this.#continue, !this.#canContinue && trouble !== 'language');
    setText(this.#text, textOf(state));
    this.#text.title = hard ? '' : say('continueHint');
  }
}

function textOf({ trouble, model, look }: PanelState): string {
  if (trouble === undefined) return say('continueText');
  if (trouble === 'language') return say('tooHardLanguage', model.name, look.language ?? '');
  return say('tooHard', model.name);
}
