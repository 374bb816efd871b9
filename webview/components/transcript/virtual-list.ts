import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
} from '@tanstack/virtual-core';
import { attributes, el } from '../element.ts';

/** Pixels from the end within which the list counts as at its end and follows new items. */
const endDistance = 48;
/** Rows drawn beyond each edge of the view. */
const overscan = 4;
const roundsMax = 6;

export interface ListRow {
  readonly key: string;
}

interface ListRowView<R> {
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
}

/**
 * A list that draws only the rows in view. Rows may have any height. Owns: which rows are in the document, their
 * position, following the end. Does not own: what a row shows.
 */
export class VirtualList<R extends ListRow> {
  readonly element: HTMLElement;
  readonly #sizer: HTMLElement;
  readonly #options: VirtualListOptions<R>;
  readonly #mounted = new Map<string, Mounted<R>>();
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #rows: readonly R[] = [];
  #atEnd = true;
  #written = 0; // where the list itself last moved the view
  #drawing = false;
  #stale = false;
  #follows = true;

  constructor(options: VirtualListOptions<R>) {
    this.#options = options;
    this.#sizer = attributes(el('div', 'list-rows'), { role: 'list', 'aria-label': options.label });
    this.element = el('div', 'list', this.#sizer);
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#settings(this.#rows));
    this.element.addEventListener('scroll', () => this.#noteScroll(), { passive: true });
    // Created before the virtualizer's own observer, which would already see the view away from its end.
    new ResizeObserver(() => {
      if (this.#atEnd) this.scrollToEnd();
    }).observe(this.element);
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    // Items that the user unfolds or edits stay in place. Following begins again with the next update.
    for (const type of ['click', 'keydown'])
      this.element.addEventListener(type, () => this.#follow(false), { capture: true });
  }

  /** Call once, when the element is in the document. */
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
    this.#setEnd(false); // unless the place is there
    this.#virtualizer.scrollToOffset(top);
  }

  scrollToEnd(): void {
    if (this.#rows.length > 0) this.#virtualizer.scrollToEnd();
  }

  setRows(rows: readonly R[]): void {
    const old = this.#rows;
    this.#rows = rows;
    this.#follow(true);
    const sameKeys =
      old.length === rows.length && old.every((row, at) => row === rows[at] || row.key === rows[at]?.key);
    if (!sameKeys) {
      this.#virtualizer.setOptions(this.#settings(rows));
      this.#virtualizer._willUpdate();
    }
    this.#draw();
    // The virtualizer follows one new row at a time: many that come before it has drawn leave it behind.
    if (this.#atEnd && !this.#isNearEnd) this.scrollToEnd();
  }

  /** The browser would scroll there smoothly, and stop early when rows on the way turn out to have another height. */
  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.element) return;
    if (event.key === 'Home') this.scrollTo(0);
    else if (event.key === 'End') this.scrollToEnd();
    else return;
    event.preventDefault();
  }

  #follow(follows: boolean): void {
    if (this.#follows === follows) return;
    this.#follows = follows;
    this.#virtualizer.options.anchorTo = follows ? 'end' : 'start';
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
      observeElementRect,
      observeElementOffset,
      scrollToFn: (offset, options, virtualizer) => {
        elementScroll(offset, options, virtualizer);
        this.#written = this.element.scrollTop; // it goes no further than the rows do at this moment
      },
      overscan,
      anchorTo: this.#follows ? 'end' : 'start',
      followOnAppend: true,
      scrollEndThreshold: endDistance,
      onChange: () => this.#draw(),
    };
  }

  /** Indexes of the rows in view, and of the one with the focus: it must not disappear while the user works in it. */
  #range(range: Range): number[] {
    const first = Math.max(0, range.startIndex - range.overscan);
    const last = Math.min(range.count - 1, range.endIndex + range.overscan);
    const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
    const frame = document.activeElement?.closest('.list-row');
    const focused =
      frame !== null && frame !== undefined && this.#sizer.contains(frame)
        ? Number(frame.getAttribute('data-index'))
        : undefined;
    if (focused !== undefined && focused < range.count && (focused < first || focused > last)) indexes.push(focused);
    return indexes.sort((a, b) => a - b);
  }

  /** Measuring a row may move others and bring new ones into view, so this repeats until nothing moves. */
  #draw(): void {
    this.#stale = true;
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      for (let round = 0; this.#stale && round < roundsMax; round++) {
        this.#stale = false;
        // All rows are added before the first is measured: measuring after each would lay out the page every time.
        for (const frame of this.#place()) this.#virtualizer.measureElement(frame);
      }
    } finally {
      this.#drawing = false;
    }
    this.#noteEnd();
  }

  /** Adds, removes and moves rows in the document. Returns those that were added or drawn anew. */
  #place(): readonly HTMLElement[] {
    const drawn: HTMLElement[] = [];
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
      // The next row must not stand where this one ended before.
      const isNew = mounted?.row !== row;
      const frame =
        mounted === undefined
          ? this.#create(row, item.index, item.start, previous)
          : this.#keep(mounted, row, item.index, item.start);
      if (isNew) drawn.push(frame);
      previous = frame;
    }
    return drawn;
  }

  #create(row: R, index: number, start: number, previous: HTMLElement | undefined): HTMLElement {
    const view = this.#options.create(row);
    const frame = attributes(el('div', 'list-row', view.element), { role: 'listitem' });
    view.update(row);
    place(frame, index, start, this.#rows.length);
    if (previous === undefined) this.#sizer.prepend(frame);
    else previous.after(frame);
    this.#mounted.set(row.key, { frame, view, row });
    return frame;
  }

  #keep(mounted: Mounted<R>, row: R, index: number, start: number): HTMLElement {
    if (mounted.row !== row) mounted.view.update(row);
    mounted.row = row;
    place(mounted.frame, index, start, this.#rows.length);
    return mounted.frame;
  }

  /** Only a scroll to another place than the list's own is one of the user. */
  #noteScroll(): void {
    const { scrollTop, clientHeight } = this.element;
    const isOwn = Math.abs(scrollTop - this.#written) <= 1;
    if (!isOwn) this.#setEnd(scrollTop + clientHeight >= this.#virtualizer.getTotalSize() - endDistance);
  }

  /** A list that has grown is still at its end until the user moves the view away from there. */
  #noteEnd(): void {
    this.#setEnd(this.#isNearEnd || (this.#atEnd && this.#follows));
  }

  #setEnd(atEnd: boolean): void {
    if (atEnd === this.#atEnd) return;
    this.#atEnd = atEnd;
    this.#options.onEnd(atEnd);
  }

  get #isNearEnd(): boolean {
    // The virtualizer's numbers: asking the element would lay out the page.
    const { scrollOffset, scrollRect } = this.#virtualizer;
    return (scrollOffset ?? 0) + (scrollRect?.height ?? 0) >= this.#virtualizer.getTotalSize() - endDistance;
  }
}

function place(frame: HTMLElement, index: number, start: number, count: number): void {
  const at = `translateY(${start}px)`;
  if (frame.style.transform !== at) frame.style.setProperty('transform', at);
  attributes(frame, { 'data-index': index, 'aria-posinset': index + 1, 'aria-setsize': count });
}
