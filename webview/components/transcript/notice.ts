import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon } from '../element.ts';
import { link } from '../small-parts.ts';

type NoticeItem = Extract<Item, { kind: 'notice' }>;

const icons = { info: 'info', warning: 'warning', error: 'error' } as const;

/** A message of the extension itself. */
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
    const text = el('div', 'notice-text', notice.text);
    if (notice.leadsTo === 'models')
      text.append(
        ' ',
        link(say('allModels'), say('allModels'), () => this.#context.post({ type: 'manageModels' })),
      );
    this.element.replaceChildren(icon(icons[notice.level]), text);
  }
}
