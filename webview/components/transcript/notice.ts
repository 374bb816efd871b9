import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { button } from '../button.ts';
import { attributes, el, icon } from '../element.ts';

type NoticeItem = Extract<Item, { kind: 'notice' }>;

const icons = { info: 'info', warning: 'warning', error: 'error' } as const;

/** A word of the extension itself, with what can be done about it. */
export class Notice {
  readonly element = el('div', 'notice');
  readonly #context: PanelContext;
  #drawn: NoticeItem | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
  }

  update(notice: NoticeItem): void {
    if (notice === this.#drawn) return;
    this.#drawn = notice;
    this.element.className = `notice is-${notice.level}`;
    attributes(this.element, { role: 'note' });
    const actions = notice.actions.map((action) =>
      button({
        label: action.label,
        look: 'secondary',
        press: () => this.#context.post({ type: 'notice', id: notice.id, action: action.id }),
      }),
    );
    this.element.replaceChildren(
      icon(icons[notice.level]),
      el(
        'div',
        'notice-words',
        el('div', 'notice-text', notice.text),
        actions.length === 0 ? undefined : el('div', 'buttons', ...actions),
      ),
    );
  }
}
