import type { Item } from '../../../extension/chat/item.ts';
import { attributes, el, icon } from '../element.ts';

type NoticeItem = Extract<Item, { kind: 'notice' }>;

const icons = { info: 'info', warning: 'warning', error: 'error' } as const;

/** A message of the extension itself. */
export class Notice {
  readonly element = el('div', 'notice');
  #drawn: NoticeItem | undefined;

  update(notice: NoticeItem): void {
    if (notice === this.#drawn) return;
    this.#drawn = notice;
    this.element.className = `notice is-${notice.level}`;
    attributes(this.element, { role: 'note' });
    this.element.replaceChildren(icon(icons[notice.level]), el('div', 'notice-text', notice.text));
  }
}
