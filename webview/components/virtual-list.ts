import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type Range } from '@tanstack/virtual-core';
import { attributes, el } from './element.ts';

/** Rows nearer than this to the end count as being at the end: the list then follows what is added. */
const endDistance = 48;
/** Rows drawn beyond each edge of the view. */
const overscan = 4;

export interface ListRow {
  readonly key: string;
}

export interface ListRowView<R> {
  readonly element: HTMLElement;
  update(row: R): void;
}

export interface VirtualListOptions<R extends ListRow> {
  readonly label: string;
  readonly create: (row: R) => ListRowView<R>;
  readonly estimate: (row: R) => number;
  /** Called when the view reaches or leaves the end. */
  readonly onEnd: (atEnd: boolean) => void;
}

interface Mounted<R> {
  readonly frame: HTMLElement;
  readonly view: ListRowView<R>;
  row: R;
  start: number;
}

/**
 * A list that only draws what is in view, with rows of any height. Owns: which rows are in the document, where they
 * are, following the end. Does not own: what a row shows.
 */
export class VirtualList<R extends ListRow> {
  readonly element: HTMLElement;
  readonly #sizer: HTMLElement;
  readonly #options: VirtualListOptions<R>;
  readonly #mounted = new Map<string, Mounted<R>>();
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #rows: readonly R[] = [];
  #atEnd = true;

  constructor(options: VirtualListOptions<R>) {
    this.#options = options;
    this.#sizer = attributes(el('div', 'list-rows'), { role: 'list', 'aria-label': options.label });
    this.element = el('div', 'list', this.#sizer);
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#settings(this.#rows));
    this.element.addEventListener('scroll', () => this.#noteEnd(), { passive: true });
  }

  /** To be called once the element is in the document. */
  mount(): void {
    this.#virtualizer._willUpdate();
    this.#draw();
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  get top(): number {
    return this.element.scrollTop;
  }

  scrollTo(top: number): void {
    this.#virtualizer.scrollToOffset(top);
  }

  scrollToEnd(): void {
    if (this.#rows.length > 0) this.#virtualizer.scrollToEnd();
  }

  setRows(rows: readonly R[]): void {
    const old = this.#rows;
    this.#rows = rows;
    const sameKeys = old.length === rows.length && old.every((row, at) => row === rows[at] || row.key === rows[at]?.key);
    if (!sameKeys) {
      this.#virtualizer.setOptions(this.#settings(rows));
      this.#virtualizer._willUpdate();
    }
    this.#draw();
  }

  #settings(rows: readonly R[]): ConstructorParameters<typeof Virtualizer<HTMLElement, HTMLElement>>[0] {
    return {
      count: rows.length,
      getScrollElement: () => (this.element.isConnected ? this.element : null),
      estimateSize: (at) => {
        const row = rows[at];
        return row === undefined ? 0 : this.#options.estimate(row);
      },
      getItemKey: (at) => rows[at]?.key ?? at,
      rangeExtractor: (range) => this.#range(range),
      observeElementRect, observeElementOffset, scrollToFn: elementScroll, overscan,
      anchorTo: 'end', followOnAppend: true, scrollEndThreshold: endDistance,
      onChange: () => this.#draw(),
    };
  }

  /** The rows in view, and the one that has the focus: it must not vanish under the user's hands. */
  #range(range: Range): number[] {
    const first = Math.max(0, range.startIndex - range.overscan);
    const last = Math.min(range.count - 1, range.endIndex + range.overscan);
    const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
    const frame = document.activeElement?.closest('.list-row');
    const focused = frame !== null && frame !== undefined && this.#sizer.contains(frame) ? Number(frame.getAttribute('data-index')) : undefined;
    if (focused !== undefined && focused < range.count && (focused < first || focused > last)) indexes.push(focused);
    return indexes.sort((a, b) => a - b);
  }

  #draw(): void {
    const items = this.#virtualizer.getVirtualItems();
    this.#sizer.style.setProperty('height', `${this.#virtualizer.getTotalSize()}px`);
    const wanted = new Set(items.map((item) => String(item.key)));
    for (const [key, mounted] of this.#mounted) {
      if (wanted.has(key)) continue;
      mounted.frame.remove();
      this.#mounted.delete(key);
    }
    let previous: HTMLElement | undefined;
    for (const item of items) {
      const row = this.#rows[item.index];
      if (row === undefined) continue;
      const mounted = this.#mounted.get(row.key);
      const frame = mounted === undefined ? this.#create(row, item.index, item.start, previous) : this.#keep(mounted, row, item.index, item.start);
      previous = frame;
    }
    this.#noteEnd();
  }

  #create(row: R, index: number, start: number, previous: HTMLElement | undefined): HTMLElement {
    const view = this.#options.create(row);
    const frame = attributes(el('div', 'list-row', view.element), { role: 'listitem' });
    view.update(row);
    place(frame, index, start, this.#rows.length);
    if (previous === undefined) this.#sizer.prepend(frame);
    else previous.after(frame);
    this.#mounted.set(row.key, { frame, view, row, start });
    this.#virtualizer.measureElement(frame);
    return frame;
  }

  #keep(mounted: Mounted<R>, row: R, index: number, start: number): HTMLElement {
    if (mounted.row !== row) mounted.view.update(row);
    mounted.row = row;
    place(mounted.frame, index, start, this.#rows.length);
    return mounted.frame;
  }

  #noteEnd(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    const atEnd = scrollTop + clientHeight >= scrollHeight - endDistance;
    if (atEnd === this.#atEnd) return;
    this.#atEnd = atEnd;
    this.#options.onEnd(atEnd);
  }
}

function place(frame: HTMLElement, index: number, start: number, count: number): void {
  const at = `translateY(${start}px)`;
  if (frame.style.transform !== at) frame.style.setProperty('transform', at);
  attributes(frame, { 'data-index': index, 'aria-posinset': index + 1, 'aria-setsize': count });
}
