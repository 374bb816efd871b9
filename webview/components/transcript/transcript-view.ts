import type { Item } from '../../../extension/chat/item.ts';
import type { PanelState } from '../../messages.ts';
import type { PanelContext } from '../../panel-context.ts';
import { RowBuilder, type Row } from '../../state/rows.ts';
import { say } from '../../strings.ts';
import { button } from '../button.ts';
import { attributes, el, setHidden } from '../element.ts';
import { estimatedHeight, itemView } from './item-view.ts';
import { VirtualList } from './virtual-list.ts';

/** Shows the conversation. Owns: the list of rows and the button back to its end. Does not own: announcing news. */
export class TranscriptView {
  readonly element: HTMLElement;
  readonly #list: VirtualList<Row>;
  #builder = new RowBuilder();
  readonly #jump: HTMLElement;
  #items: readonly Item[] = [];
  #price: string | undefined;
  #lastTurn = -1;
  #onScroll: (() => void) | undefined;

  constructor(context: PanelContext) {
    this.#list = new VirtualList<Row>({
      label: say('transcript'),
      estimate: estimatedHeight,
      create: (row) => itemView(row, context, (turn) => turn >= this.#lastTurn),
      onEnd: (atEnd) => setHidden(this.#jump, atEnd),
    });
    attributes(this.#list.element, { role: 'log', 'aria-live': 'off', 'aria-label': say('transcript'), tabindex: 0 });
    this.#jump = button({
      label: say('jumpToLatest'),
      look: 'secondary',
      icon: 'arrow-down',
      hint: say('jumpToLatestHint'),
      press: () => this.#list.scrollToEnd(),
    });
    this.#jump.classList.add('jump');
    this.#jump.hidden = true;
    this.element = el('div', 'transcript', this.#list.element, this.#jump);
    this.#list.element.addEventListener('scroll', () => this.#onScroll?.(), { passive: true });
  }

  mount(): void {
    this.#list.mount();
  }

  update(items: readonly Item[], { running, price }: Pick<PanelState, 'running' | 'price'>): void {
    attributes(this.#list.element, { 'aria-busy': running ? 'true' : undefined });
    const priced = JSON.stringify(price);
    if (items === this.#items && priced === this.#price) return;
    // With another price every end of a turn is drawn again.
    if (priced !== this.#price) this.#builder = new RowBuilder();
    this.#price = priced;
    this.#items = items;
    this.#lastTurn = lastTurn(items);
    this.#list.setRows(this.#builder.build(items));
  }

  /** The scroll position in pixels. Undefined at the end, which the list follows. */
  get position(): number | undefined {
    return this.#list.atEnd ? undefined : this.#list.top;
  }

  scrollTo(top: number | undefined): void {
    if (top === undefined) this.#list.scrollToEnd();
    else this.#list.scrollTo(top);
  }

  onScroll(listen: () => void): void {
    this.#onScroll = listen;
  }
}

function lastTurn(items: readonly Item[]): number {
  const item = items.findLast((candidate) => candidate.kind === 'user' && candidate.turn >= 0);
  return item?.kind === 'user' ? item.turn : -1;
}
