import type { PanelState } from '../../messages.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say, type PanelString } from '../../strings.ts';
import { attributes, el, icon, setHidden, setText } from '../element.ts';

type Style = PanelState['style'];

const levels: Readonly<Record<Style['thinking'], PanelString>> = {
  default: 'thinkingDefault',
  off: 'thinkingOff',
  on: 'thinkingOn',
  low: 'thinkingLow',
  medium: 'thinkingMedium',
  high: 'thinkingHigh',
  xhigh: 'thinkingXhigh',
  max: 'thinkingMax',
};

/** How the model answers in this conversation; opens the menu of it. Shows only what was chosen. */
export class StyleChip {
  readonly element: HTMLElement;
  readonly #thinking = el('span', 'chip-style');
  readonly #length = el('span', 'chip-style chip-length');

  constructor(context: PanelContext) {
    this.element = attributes(
      el('button', 'chip', attributes(icon('lightbulb'), { 'aria-hidden': 'true' }), this.#thinking, this.#length),
      {
        type: 'button',
        'aria-haspopup': 'true',
      },
    );
    this.element.addEventListener('click', () => context.post({ type: 'pickStyle' }));
  }

  /** Before a model is loaded its levels are not known. */
  update(style: Style, model: PanelState['model']['state']): void {
    const isComing = model === 'starting' || model === 'loading';
    setHidden(this.element, isComing || (style.levels.length === 0 && !style.lengths));
    const thinking = style.levels.length === 0 ? [] : [say(levels[style.thinking])];
    const word = style.length === 'short' ? 'answersShort' : 'answersFull';
    const length = style.lengths ? [say(word)] : [];
    const level = style.thinking === 'default' ? '' : thinking.join('');
    setText(this.#thinking, level);
    const answers = style.length === 'full' ? '' : length.join('');
    setText(this.#length, level === '' || answers === '' ? answers : ` · ${answers}`);
    const lines = [
      ...thinking.map((text) => say('styleThinking', text)),
      ...length.map((text) => say('styleAnswers', text)),
    ];
    attributes(this.element, { 'aria-label': say('style', lines.join(', ')), title: say('style', lines.join(', ')) });
  }
}
