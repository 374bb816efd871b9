import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { visibleText } from '../../visible-text.ts';
import { button } from '../button.ts';
import { attributes, el, icon } from '../element.ts';
import { TextBox } from '../composer/text-box.ts';

type Question = Extract<Item, { kind: 'question' }>;

/** A question of the assistant, with its choices as buttons and a field for another answer. */
export class QuestionCard {
  readonly element = attributes(el('article', 'card question'), { 'aria-label': say('question') });
  readonly #context: PanelContext;
  #drawn: Question | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
  }

  update(question: Question): void {
    if (
      this.#drawn !== undefined &&
      this.#drawn.answer === question.answer &&
      this.#drawn.question === question.question
    )
      return;
    this.#drawn = question;
    this.element.classList.toggle('open', question.answer === undefined);
    const head = el('div', 'card-head', icon('question'), el('span', 'card-title', visibleText(question.question)));
    this.element.replaceChildren(
      head,
      question.answer === undefined ? this.#form(question) : answered(question.answer),
    );
  }

  #form(question: Question): HTMLElement {
    const answer = (text: string): void => {
      if (text.trim() !== '') this.#context.post({ type: 'answer', id: question.id, text });
    };
    const choices = question.choices.map((choice) =>
      button({ label: choice, look: 'secondary', press: () => answer(choice) }),
    );
    const box = new TextBox({ label: say('ownAnswer'), placeholder: say('ownAnswer'), lines: 'one' });
    box.onKey((event) => {
      if (event.key === 'Enter') answer(box.value);
    });
    const own = el(
      'div',
      'own-answer',
      box.element,
      button({
        label: say('sendAnswer'),
        look: choices.length === 0 ? 'primary' : 'secondary',
        press: () => answer(box.value),
      }),
    );
    return el(
      'div',
      'question-form',
      choices.length === 0
        ? undefined
        : attributes(el('div', 'choices', ...choices), { role: 'group', 'aria-label': question.question }),
      own,
    );
  }
}

function answered(answer: string): HTMLElement {
  return el(
    'div',
    'answered',
    icon(answer === '' ? 'circle-slash' : 'reply'),
    el('span', '', answer === '' ? say('questionSkipped') : say('questionAnswered', answer)),
  );
}
